import Digests
import PublisherPolicy
import StrictParsers
import Testing
import TokenVerification

@testable import StateStore

@Suite("A state store") struct ConformanceTests {
  private static let direct = BindingSubject.direct(Sample.token("one"))

  // MARK: - Tokens

  @Test("lets a token be exchanged once", arguments: StoreKind.allCases)
  func exchangedOnce(kind: StoreKind) async throws {
    try await kind.with { store in
      let until = Sample.now.advanced(by: 300)
      try await store.exchange(Sample.token("one"), rememberedUntil: until, for: Sample.record("a"))
      let second = await refusal { () throws(StateRefusal) in
        try await store.exchange(Sample.token("one"), rememberedUntil: until, for: Sample.record("b"))
      }
      #expect(second == .replayed)
      #expect(try await store.uploadToken(Sample.digest("b"), at: Sample.now) == nil)
    }
  }

  @Test("takes tokens for the same only if issuer and id are the same bytes", arguments: StoreKind.allCases)
  func tokenIdentity(kind: StoreKind) async throws {
    try await kind.with { store in
      let ids = [
        TokenID(issuer: "https://a.example", value: .jti("K")), TokenID(issuer: "https://a.example", value: .jti("\u{212A}")),
        TokenID(issuer: "https://a.exampleK", value: .jti("")), TokenID(issuer: "https://b.example", value: .jti("K")),
        TokenID(issuer: "https://a.example", value: .signedPart(Sample.digest("K"))),
        TokenID(issuer: "https://b.example", value: .signedPart(Sample.digest("K"))),
      ]
      for (index, id) in ids.enumerated() { try await store.exchange(id, rememberedUntil: Sample.now, for: Sample.record("\(index)")) }
    }
  }

  @Test("lets exactly one of 64 simultaneous exchanges of a token succeed", arguments: StoreKind.allCases)
  func simultaneousExchanges(kind: StoreKind) async throws {
    try await kind.with { store in
      let outcomes = await withTaskGroup { group in
        for index in 0..<64 {
          group.addTask {
            await refusal { () throws(StateRefusal) in
              try await store.exchange(Sample.token("one"), rememberedUntil: Sample.now, for: Sample.record("\(index)"))
            }
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(outcomes.count { $0 == nil } == 1)
      #expect(outcomes.count { $0 == .replayed } == 63)
    }
  }

  @Test("keeps a token exchanged or direct for ever", arguments: StoreKind.allCases)
  func exchangedOrDirect(kind: StoreKind) async throws {
    try await kind.with { store in
      try await store.exchange(Sample.token("exchanged"), rememberedUntil: Sample.now, for: Sample.record("a"))
      #expect(await store.refusal(binding: Sample.binding(.direct(Sample.token("exchanged")))) == .replayed)
      #expect(await store.refusal(claiming: Sample.claim(.direct(Sample.token("exchanged")))) == .replayed)
      _ = try await store.bind(Sample.binding(.direct(Sample.token("direct"))))
      let exchange = await refusal { () throws(StateRefusal) in
        try await store.exchange(Sample.token("direct"), rememberedUntil: Sample.now, for: Sample.record("b"))
      }
      #expect(exchange == .replayed)
    }
  }

  @Test("knows an upload token from its exchange until it expires or is burnt", arguments: StoreKind.allCases)
  func uploadTokens(kind: StoreKind) async throws {
    try await kind.with { store in
      let record = Sample.record("a", expiry: Sample.now.advanced(by: 900))
      try await store.exchange(Sample.token("one"), rememberedUntil: Sample.now, for: record)
      #expect(try await store.uploadToken(record.hash, at: Sample.now) == record)
      #expect(try await store.uploadToken(record.hash, at: Sample.now.advanced(by: 899)) == record)
      #expect(try await store.uploadToken(record.hash, at: Sample.now.advanced(by: 900)) == nil)
      #expect(try await store.uploadToken(Sample.digest("b"), at: Sample.now) == nil)
      #expect(try await store.burn(Sample.digest("b"), at: Sample.now) == nil)
      #expect(try await store.burn(record.hash, at: Sample.now.advanced(by: 900)) == nil)
      #expect(try await store.burn(record.hash, at: Sample.now) == record)
      #expect(try await store.burn(record.hash, at: Sample.now) == nil)
      #expect(try await store.uploadToken(record.hash, at: Sample.now) == nil)
    }
  }

  @Test("binds nothing to an upload token that is unknown or burnt", arguments: StoreKind.allCases)
  func endedUploadTokens(kind: StoreKind) async throws {
    try await kind.with { store in
      let subject = BindingSubject.uploadToken(Sample.digest("a"))
      #expect(await store.refusal(binding: Sample.binding(subject)) == .ended)
      #expect(await store.refusal(claiming: Sample.claim(subject)) == .ended)
      try await store.exchange(Sample.token("one"), rememberedUntil: Sample.now, for: Sample.record("a"))
      _ = try await store.bind(Sample.binding(subject))
      _ = try await store.burn(Sample.digest("a"), at: Sample.now)
      #expect(await store.refusal(binding: Sample.binding(subject)) == .ended)
      #expect(await store.refusal(claiming: Sample.claim(subject)) == .ended)
      // The hash of an upload token is not the id of an OIDC token, and the reverse.
      #expect(await store.refusal(binding: Sample.binding(.uploadToken(Sample.token("one").key))) == .ended)
    }
  }

  // MARK: - Whole bodies

  @Test("binds a credential to one version of a package and to one content of a file", arguments: StoreKind.allCases, [false, true])
  func bindings(kind: StoreKind, exchanged: Bool) async throws {
    try await kind.with { store in
      var subject = Self.direct
      if exchanged {
        try await store.exchange(Sample.token("one"), rememberedUntil: Sample.now, for: Sample.record("a"))
        subject = .uploadToken(Sample.digest("a"))
      }
      let steps: [(PublishTarget, String, StateRefusal?)] = [
        (Sample.target("w-1.0.tar.gz", of: "1.0"), "sdist", nil),
        (Sample.target("w-1.0.tar.gz", of: "1.0"), "sdist", nil),
        (Sample.target("w-1.0.tar.gz", of: "1.0"), "other", .otherBytes),
        (Sample.target("w-1.0.whl", of: "1.0"), "wheel", nil),
        (Sample.target("w-1.0.whl", of: "1.0"), "sdist", .otherBytes),
        (Sample.target("w-1.1.tar.gz", of: "1.1"), "sdist", .otherVersion),
        (Sample.target("w-1.0.tar.gz", of: "1.1"), "sdist", .otherVersion),
        (Sample.target("w-1.0.tar.gz", of: nil), "sdist", .otherVersion),
        (Sample.target("w-1.1.tar.gz", of: "1.1", package: "acme-gadgets"), "gadget", nil),
        (Sample.target("w-1.1.tar.gz", of: "1.1", registry: "python-test"), "test", nil),
        (Sample.target("w-1.0.tar.gz", of: "1.0"), "sdist", nil),
        (Sample.target("blob", of: nil, package: "no-version"), "blob", nil),
        (Sample.target("blob", of: nil, package: "no-version"), "blob", nil),
        (Sample.target("blob", of: "", package: "no-version"), "blob", .otherVersion),
      ]
      for (step, (target, bytes, expected)) in steps.enumerated() {
        #expect(await store.refusal(binding: Sample.binding(subject, target, bytes)) == expected, "step \(step)")
      }
    }
  }

  @Test("takes version, package and file for the same only if they are the same bytes", arguments: StoreKind.allCases)
  func exactBindings(kind: StoreKind) async throws {
    try await kind.with { store in
      _ = try await store.bind(Sample.binding(Self.direct, Sample.target("caf\u{E9}", of: "K")))
      #expect(await store.refusal(binding: Sample.binding(Self.direct, Sample.target("caf\u{E9}", of: "\u{212A}"))) == .otherVersion)
      #expect(await store.refusal(binding: Sample.binding(Self.direct, Sample.target("cafe\u{301}", of: "K"), "other")) == nil)
      #expect(await store.refusal(binding: Sample.binding(Self.direct, Sample.target("caf\u{E9}\0", of: "K"), "third")) == nil)
    }
  }

  @Test(
    "keeps bindings whatever became of the upload", arguments: StoreKind.allCases, [.bound, .released, .streamed(nil)] as [IntentOutcome])
  func bindingsStay(kind: StoreKind, end: IntentOutcome) async throws {
    try await kind.with { store in
      let intent = try await store.bind(Sample.binding(Self.direct))
      store.end(intent, as: end)
      store.end(intent, as: end)
      #expect(await store.refusal(binding: Sample.binding(Self.direct, Sample.target(of: "2.0"))) == .otherVersion)
      #expect(await store.refusal(binding: Sample.binding(Self.direct, Sample.target(), "other")) == .otherBytes)
      #expect(await store.refusal(binding: Sample.binding(Self.direct)) == nil)
    }
  }

  @Test("binds one version only, of 64 that are asked for at once", arguments: StoreKind.allCases)
  func simultaneousBindings(kind: StoreKind) async throws {
    try await kind.with { store in
      let outcomes = await withTaskGroup { group in
        for index in 0..<64 {
          let binding = Sample.binding(Self.direct, Sample.target("file", of: ExactString(index / 2)))
          group.addTask { await store.refusal(binding: binding) }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(outcomes.count { $0 == nil } == 2)
      #expect(outcomes.count { $0 == .otherVersion } == 62)
    }
  }

  // MARK: - Streamed bodies

  @Test("claims a streamed file until its end", arguments: StoreKind.allCases)
  func claims(kind: StoreKind) async throws {
    try await kind.with { store in
      let first = try #require(await store.claimed(Sample.claim(Self.direct)))
      #expect(await store.refusal(claiming: Sample.claim(Self.direct)) == .inFlight)
      #expect(await store.refusal(binding: Sample.binding(Self.direct)) == .inFlight)
      #expect(await store.refusal(claiming: Sample.claim(Self.direct, Sample.target(of: "2.0"))) == .otherVersion)
      #expect(await store.claimed(Sample.claim(Self.direct, Sample.target("another"))) != nil)
      store.end(first, as: .streamed(Sample.digests("bytes")))
      #expect(try await store.claim(Sample.claim(Self.direct)) == .alreadyBound(Sample.digest("bytes")))
      #expect(await store.refusal(binding: Sample.binding(Self.direct)) == nil)
      #expect(await store.refusal(binding: Sample.binding(Self.direct, Sample.target(), "other")) == .otherBytes)
    }
  }

  @Test(
    "refuses to send a name again whose bytes nobody knows", arguments: StoreKind.allCases, [.streamed(nil), .bound] as [IntentOutcome])
  func unknownBytes(kind: StoreKind, end: IntentOutcome) async throws {
    try await kind.with { store in
      let intent = try #require(await store.claimed(Sample.claim(Self.direct)))
      store.end(intent, as: end)
      #expect(await store.refusal(claiming: Sample.claim(Self.direct)) == .alreadySent)
      #expect(await store.refusal(binding: Sample.binding(Self.direct)) == .alreadySent)
    }
  }

  @Test("frees a released name but not the version", arguments: StoreKind.allCases)
  func release(kind: StoreKind) async throws {
    try await kind.with { store in
      let intent = try #require(await store.claimed(Sample.claim(Self.direct)))
      store.end(intent, as: .released)
      #expect(await store.refusal(claiming: Sample.claim(Self.direct, Sample.target(of: "2.0"))) == .otherVersion)
      let again = try #require(await store.claimed(Sample.claim(Self.direct)))
      #expect(again != intent)
      // The end of an earlier upload does not end a later one.
      store.end(intent, as: .streamed(nil))
      #expect(await store.refusal(claiming: Sample.claim(Self.direct)) == .inFlight)
    }
  }

  // MARK: - Upkeep

  @Test("reports no intent of its own process as interrupted", arguments: StoreKind.allCases)
  func ownIntents(kind: StoreKind) async throws {
    try await kind.with { store in
      _ = try await store.bind(Sample.binding(Self.direct))
      _ = try await store.claim(Sample.claim(Self.direct, Sample.target("streamed")))
      #expect(try await store.interruptedIntents().isEmpty)
      #expect(await store.refusal(claiming: Sample.claim(Self.direct, Sample.target("streamed"))) == .inFlight)
    }
  }

  @Test("forgets in small batches what nothing can ask for any more, and nothing sooner", arguments: StoreKind.allCases)
  func expiry(kind: StoreKind) async throws {
    try await kind.with { store in
      for index in 0..<5 {
        let until = Sample.now.advanced(by: Int64(index))
        _ = try await store.bind(Sample.binding(.direct(Sample.token(ExactString(index))), until: until))
      }
      #expect(try await store.removeExpired(at: Sample.now, limit: 10) == 0)
      #expect(try await store.removeExpired(at: Sample.now.advanced(by: 4), limit: 3) == 3)
      #expect(try await store.removeExpired(at: Sample.now.advanced(by: 4), limit: 3) == 1)
      #expect(try await store.removeExpired(at: Sample.now.advanced(by: 4), limit: 0) == 0)
      #expect(try await store.removeExpired(at: Sample.now.advanced(by: 4), limit: -1) == 0)
      #expect(await store.refusal(binding: Sample.binding(.direct(Sample.token("3")), Sample.target(of: "2.0"))) == nil)
      #expect(await store.refusal(binding: Sample.binding(.direct(Sample.token("4")), Sample.target(of: "2.0"))) == .otherVersion)
    }
  }

  @Test("remembers a credential as long as its latest binding asks for", arguments: StoreKind.allCases)
  func extendedMemory(kind: StoreKind) async throws {
    try await kind.with { store in
      for seconds in [10, 100, 50] as [Int64] {
        _ = try await store.bind(Sample.binding(Self.direct, until: Sample.now.advanced(by: seconds)))
      }
      #expect(try await store.removeExpired(at: Sample.now.advanced(by: 100), limit: 10) == 0)
      #expect(try await store.removeExpired(at: Sample.now.advanced(by: 101), limit: 10) == 1)
    }
  }

  @Test("ends an upload in peace whose credential was forgotten meanwhile", arguments: StoreKind.allCases)
  func endAfterExpiry(kind: StoreKind) async throws {
    try await kind.with { store in
      let intent = try #require(await store.claimed(Sample.claim(Self.direct)))
      #expect(try await store.removeExpired(at: Sample.now.advanced(by: 1000), limit: 10) == 1)
      store.end(intent, as: .streamed(Sample.digests("bytes")))
    }
  }

  @Test("answers a probe", arguments: StoreKind.allCases)
  func probe(kind: StoreKind) async throws {
    try await kind.with { store in try await store.probe() }
  }
}

extension StateStore {
  /// Why a binding was refused, or nil.
  func refusal(binding: Binding) async -> StateRefusal? {
    do throws(StateRefusal) {
      _ = try await bind(binding)
      return nil
    } catch { return error }
  }

  /// Why a claim was refused, or nil.
  func refusal(claiming claim: StreamClaim) async -> StateRefusal? {
    do throws(StateRefusal) {
      _ = try await self.claim(claim)
      return nil
    } catch { return error }
  }

  /// The intent of a claim that was agreed to, or nil.
  func claimed(_ claim: StreamClaim) async -> IntentID? {
    guard case .success(.claimed(let intent)) = await Result.catching({ () throws(StateRefusal) in try await self.claim(claim) }) else {
      return nil
    }
    return intent
  }
}

extension Result {
  static func catching(_ body: () async throws(Failure) -> Success) async -> Self {
    do throws(Failure) { return .success(try await body()) } catch { return .failure(error) }
  }
}
