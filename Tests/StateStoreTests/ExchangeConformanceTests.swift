import PublisherPolicy
import StrictParsers
import Testing
import TokenVerification

@testable import StateStore

@Suite("A state store's rules of exchange") struct ExchangeConformanceTests {
  private static let widgets = ExchangeRule.oncePerPackage(.init(canonical: "acme-widgets"))
  private static let gadgets = ExchangeRule.oncePerPackage(.init(canonical: "acme-gadgets"))
  private static let rules = [ExchangeRule.oncePerToken, widgets, gadgets, .repeatable]
  private static let direct = BindingSubject.direct(Sample.token("one"))
  private static let subjects = ["a", "b", "c"].map { BindingSubject.uploadToken(Sample.digest($0)) }

  private static func exchange(
    _ rule: ExchangeRule, for record: UploadTokenRecord, until: UnixTime = Sample.now.advanced(by: 300)
  ) -> TokenExchange {
    TokenExchange(token: Sample.token("one"), rule: rule, rememberedUntil: until, record: record)
  }

  private static func refusal(_ store: any StateStore, _ exchange: TokenExchange) async -> StateRefusal? {
    await StateStoreTests.refusal { () throws(StateRefusal) in try await store.exchange(exchange) }
  }

  private static func isAllowed(_ second: ExchangeRule, after first: ExchangeRule) -> Bool {
    switch (first, second) {
    case (.oncePerPackage(let one), .oncePerPackage(let other)): one != other
    case (.repeatable, .repeatable): true
    case (.oncePerToken, _), (.oncePerPackage, _), (.repeatable, _): false
    }
  }

  @Test("never mix, and allow what they say", arguments: StoreKind.allCases, rules)
  func matrix(kind: StoreKind, first: ExchangeRule) async throws {
    for second in Self.rules {
      try await kind.with { store in
        #expect(await Self.refusal(store, Self.exchange(first, for: Sample.record("a"))) == nil)
        #expect(await store.refusal(binding: Sample.binding(Self.direct)) == .replayed)
        #expect(await store.refusal(claiming: Sample.claim(Self.direct, kind: .part)) == .replayed)
        let isAllowed = Self.isAllowed(second, after: first)
        #expect(await Self.refusal(store, Self.exchange(second, for: Sample.record("b"))) == (isAllowed ? nil : .replayed))
        let kept = (
          try await store.uploadToken(Sample.digest("a"), at: Sample.now), try await store.uploadToken(Sample.digest("b"), at: Sample.now)
        )
        #expect(kept.0 != nil && (kept.1 != nil) == isAllowed)
      }
    }
  }

  @Test("refuse a token that was used directly", arguments: StoreKind.allCases, rules)
  func usedDirectly(kind: StoreKind, rule: ExchangeRule) async throws {
    try await kind.with { store in
      _ = try await store.bind(Sample.binding(Self.direct, kind: .part))
      #expect(await Self.refusal(store, Self.exchange(rule, for: Sample.record("a"))) == .replayed)
      #expect(await store.refusal(binding: Sample.binding(Self.direct)) == nil)
    }
  }

  @Test("let as many of 64 simultaneous exchanges succeed as they say", arguments: StoreKind.allCases, rules)
  func simultaneous(kind: StoreKind, rule: ExchangeRule) async throws {
    try await kind.with { store in
      let outcomes = await withTaskGroup { group in
        for index in 0..<64 { group.addTask { await Self.refusal(store, Self.exchange(rule, for: Sample.record("\(index)"))) } }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(outcomes.count { $0 == nil } == (rule == .repeatable ? 64 : 1))
      #expect(outcomes.allSatisfy { $0 == nil || $0 == .replayed })
    }
  }

  @Test("give an upload token for the package of its exchange, with bindings of its own", arguments: StoreKind.allCases)
  func packages(kind: StoreKind) async throws {
    try await kind.with { store in
      try await store.exchange(Self.exchange(Self.widgets, for: Sample.record("a")))
      try await store.exchange(Self.exchange(Self.gadgets, for: Sample.record("b", package: "something-else")))
      #expect(try await store.uploadToken(Sample.digest("a"), at: Sample.now)?.package?.canonical == "acme-widgets")
      #expect(try await store.uploadToken(Sample.digest("b"), at: Sample.now)?.package?.canonical == "acme-gadgets")
      #expect(await store.refusal(binding: Sample.binding(Self.subjects[0], Sample.target(of: "1.0"))) == nil)
      #expect(await store.refusal(binding: Sample.binding(Self.subjects[1], Sample.target(of: "2.0"))) == nil)
    }
  }

  @Test("give upload tokens of one credential the same bindings, and never fresh ones", arguments: StoreKind.allCases)
  func sharedBindings(kind: StoreKind) async throws {
    try await kind.with { store in
      for text in ["a", "b"] { try await store.exchange(Self.exchange(.repeatable, for: Sample.record(text))) }
      _ = try await store.bind(Sample.binding(Self.subjects[0], Sample.target("file", of: "1.0")))
      _ = try await store.bind(Sample.binding(Self.subjects[1], Sample.target("1.0", of: "1.0"), "manifest", kind: .mutable))
      let streamed = try #require(await store.claimed(Sample.claim(Self.subjects[0], Sample.target("streamed"))))
      try await store.exchange(Self.exchange(.repeatable, for: Sample.record("c")))
      for subject in Self.subjects {
        let steps: [(UploadReservation, StateRefusal?)] = [
          (.bind(Sample.binding(subject, Sample.target("file", of: "2.0"))), .otherVersion),
          (.bind(Sample.binding(subject, Sample.target("file"), "other")), .otherBytes),
          (.bind(Sample.binding(subject, Sample.target("file"))), nil),
          (.claim(Sample.claim(subject, Sample.target("streamed"))), .inFlight),
          (.bind(Sample.binding(subject, Sample.target("latest", of: "latest"), "manifest", kind: .mutable)), nil),
          (.bind(Sample.binding(subject, Sample.target("2.0", of: "2.0"), "another", kind: .mutable)), .otherVersion),
          (.bind(Sample.binding(subject, Sample.target("layer", of: "2.0"), kind: .part)), nil),
        ]
        #expect(await store.results(of: StoreBatch(reservations: steps.map(\.0))).map(\.refusal) == steps.map(\.1))
      }
      store.end(streamed, as: .streamed(Sample.digests("stream")))
      let artifacts = try await store.artifacts(of: Self.subjects[2], in: Sample.target().package, of: Sample.target().registry)
      #expect(Set(artifacts.map(\.name)) == ["file", "1.0", "latest", "streamed"])
      for subject in Self.subjects {
        #expect(try await store.claim(Sample.claim(subject, Sample.target("streamed"))) == .alreadyBound(Sample.digest("stream")))
        #expect(try await store.artifacts(of: subject, in: Sample.target().package, of: Sample.target().registry) == artifacts)
      }
    }
  }

  @Test("end one upload token that is burnt, and all that a publisher has", arguments: StoreKind.allCases)
  func ends(kind: StoreKind) async throws {
    try await kind.with { store in
      for text in ["a", "b", "c"] { try await store.exchange(Self.exchange(.repeatable, for: Sample.record(text))) }
      _ = try await store.bind(Sample.binding(Self.subjects[0]))
      #expect(try await store.burn(Sample.digest("a"), at: Sample.now) == Sample.record("a"))
      #expect(await store.refusal(binding: Sample.binding(Self.subjects[0])) == .ended)
      #expect(await store.refusal(binding: Sample.binding(Self.subjects[1], Sample.target(of: "2.0"))) == .otherVersion)
      #expect(await store.refusal(binding: Sample.binding(Self.subjects[1])) == nil)
      #expect(try await store.revoke([PublisherID("widgets-release")], at: Sample.now, nil) == 2)
      for subject in Self.subjects { #expect(await store.refusal(binding: Sample.binding(subject)) == .ended) }
      // Whoever asks again has what was bound before.
      try await store.exchange(Self.exchange(.repeatable, for: Sample.record("d")))
      let last = BindingSubject.uploadToken(Sample.digest("d"))
      #expect(await store.refusal(binding: Sample.binding(last, Sample.target(of: "2.0"))) == .otherVersion)
    }
  }

  @Test("keep shared bindings as long as any of their upload tokens", arguments: StoreKind.allCases)
  func memory(kind: StoreKind) async throws {
    try await kind.with { store in
      let soon = Sample.now.advanced(by: 10)
      try await store.exchange(Self.exchange(.repeatable, for: Sample.record("a", expiry: soon), until: soon))
      _ = try await store.bind(Sample.binding(Self.subjects[0], until: soon))
      try await store.exchange(Self.exchange(.repeatable, for: Sample.record("b", expiry: Sample.now.advanced(by: 100)), until: soon))
      #expect(try await store.removeExpired(at: Sample.now.advanced(by: 50), limit: 10) == 1)
      #expect(await store.refusal(binding: Sample.binding(Self.subjects[0])) == .ended)
      let later = Sample.now.advanced(by: 200)
      #expect(await store.refusal(binding: Sample.binding(Self.subjects[1], Sample.target(of: "2.0"), until: later)) == .otherVersion)
      _ = try await store.bind(Sample.binding(Self.subjects[1], until: later))
      #expect(try await store.removeExpired(at: Sample.now.advanced(by: 150), limit: 10) == 0)
      #expect(await store.refusal(binding: Sample.binding(Self.subjects[1], Sample.target(of: "2.0"))) == .otherVersion)
      #expect(await Self.refusal(store, Self.exchange(.oncePerToken, for: Sample.record("c"))) == .replayed)
      _ = try await store.removeExpired(at: Sample.now.advanced(by: 2000), limit: 10)
      #expect(await Self.refusal(store, Self.exchange(.oncePerToken, for: Sample.record("c"))) == nil)
    }
  }
}
