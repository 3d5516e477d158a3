import Digests
import PublisherPolicy
import StrictParsers
import Testing
import TokenVerification

@testable import StateStore

@Suite("A state store's kinds of reservations") struct KindConformanceTests {
  private static let direct = BindingSubject.direct(Sample.token("one"))
  private static let kinds = [ReservationKind.file, .mutable, .part]

  struct Step: Sendable {
    let kind: ReservationKind
    let target: PublishTarget
    let bytes: String
    let refusal: StateRefusal?

    init(_ kind: ReservationKind, _ target: PublishTarget, _ bytes: String, _ refusal: StateRefusal? = nil) {
      self.kind = kind
      self.target = target
      self.bytes = bytes
      self.refusal = refusal
    }
  }

  /// The uploads of one token, by what they show.
  private static let releases: [(String, [Step])] = [
    (
      "several tags of one manifest",
      [
        Step(.part, Sample.target("blob", of: nil), "layer"),
        Step(.mutable, Sample.target("1.2", of: "1.2"), "manifest"),
        Step(.mutable, Sample.target("1", of: "1"), "manifest"),
        Step(.mutable, Sample.target("latest", of: "latest"), "manifest"),
        Step(.mutable, Sample.target("2.0", of: "2.0"), "another", .otherVersion),
        // The bound version's bytes may change, and then so may the further tag's.
        Step(.mutable, Sample.target("1.2", of: "1.2"), "another"),
        Step(.mutable, Sample.target("latest", of: "latest"), "another"),
        Step(.mutable, Sample.target("latest", of: "latest"), "third", .otherVersion),
        Step(.file, Sample.target("1", of: "1"), "manifest", .otherVersion),
        Step(.file, Sample.target("file", of: "1.2"), "file"),
        // What was sent as a file is no revision.
        Step(.mutable, Sample.target("3.0", of: "3.0"), "file", .otherVersion),
        Step(.mutable, Sample.target("3.0", of: "3.0", package: "other"), "manifest"),
        Step(.mutable, Sample.target("3.0", of: "3.0", registry: "files"), "manifest"),
        Step(.mutable, Sample.target("4.0", of: "4.0", package: "other"), "another", .otherVersion),
        Step(.part, Sample.target("blob", of: "4.0"), "layer"),
      ]
    ),
    (
      "metadata without a version, before, within and after a release",
      [
        Step(.mutable, Sample.target("maven-metadata.xml", of: nil), "none"),
        Step(.file, Sample.target("w-1.0.jar", of: "1.0"), "jar"),
        Step(.mutable, Sample.target("maven-metadata.xml", of: nil), "1.0"),
        Step(.mutable, Sample.target("w-1.0/maven-metadata.xml", of: "1.0"), "snapshot"),
        Step(.mutable, Sample.target("w-1.0/maven-metadata.xml", of: "1.0"), "later"),
        Step(.file, Sample.target("w-1.0.jar", of: "1.0"), "other", .otherBytes),
        Step(.file, Sample.target("w-2.0.jar", of: "2.0"), "jar", .otherVersion),
        Step(.mutable, Sample.target("w-2.0/maven-metadata.xml", of: "2.0"), "new", .otherVersion),
        Step(.mutable, Sample.target("maven-metadata.xml", of: nil), "2.0"),
      ]
    ),
    (
      "files without a version",
      [
        Step(.file, Sample.target("blob", of: nil), "blob"),
        Step(.mutable, Sample.target("1.0", of: "1.0"), "index", .otherVersion),
        Step(.mutable, Sample.target("index", of: nil), "index"),
        Step(.mutable, Sample.target("1.0", of: "1.0"), "index"),
        Step(.file, Sample.target("blob", of: nil), "blob"),
        Step(.file, Sample.target("blob", of: "1.0"), "blob", .otherVersion),
        Step(.part, Sample.target("blob", of: nil), "anything"),
      ]
    ),
    (
      "a name of several kinds",
      [
        Step(.part, Sample.target("name"), "part"),
        Step(.mutable, Sample.target("name"), "revision"),
        Step(.file, Sample.target("name"), "file"),
        Step(.mutable, Sample.target("name"), "other revision"),
        Step(.part, Sample.target("name"), "other part"),
        Step(.file, Sample.target("name"), "other file", .otherBytes),
      ]
    ),
  ]

  @Test("make one release of a token", arguments: StoreKind.allCases, releases.indices)
  func release(kind: StoreKind, index: Int) async throws {
    let (words, steps) = Self.releases[index]
    try await kind.with { store in
      try await store.exchange(Sample.token("other"), rememberedUntil: Sample.now, for: Sample.record("a"))
      for subject in [Self.direct, .uploadToken(Sample.digest("a"))] {
        for (place, step) in steps.enumerated() {
          let refusal = await store.refusal(binding: Sample.binding(subject, step.target, step.bytes, kind: step.kind))
          #expect(refusal == step.refusal, "\(words), step \(place)")
        }
      }
      // All at once, the same comes out.
      let batch = StoreBatch(
        reservations: steps.map { .bind(Sample.binding(.direct(Sample.token("two")), $0.target, $0.bytes, kind: $0.kind)) })
      #expect(await store.results(of: batch).map(\.refusal) == steps.map(\.refusal), "\(words)")
    }
  }

  @Test("judge a streamed revision without its bytes, and record them at its end", arguments: StoreKind.allCases)
  func streamedRevisions(kind: StoreKind) async throws {
    try await kind.with { store in
      func claim(_ version: ExactString?, _ name: ExactString) -> StreamClaim {
        Sample.claim(Self.direct, Sample.target(name, of: version), kind: .mutable)
      }
      func binding(_ version: ExactString, _ bytes: String) -> Binding {
        Sample.binding(Self.direct, Sample.target(version, of: version), bytes, kind: .mutable)
      }
      let first = try #require(await store.claimed(claim("1.0", "1.0")))
      // Another one of the same name may run meanwhile.
      let second = try #require(await store.claimed(claim("1.0", "1.0")))
      let third = try #require(await store.claimed(claim(nil, "index")))
      #expect(await store.refusal(binding: binding("latest", "manifest")) == .otherVersion)
      store.end(first, as: .streamed(Sample.digests("manifest")))
      store.end(second, as: .released)
      store.end(third, as: .streamed(nil))
      #expect(await store.refusal(claiming: claim("latest", "latest")) == .otherVersion)
      #expect(await store.refusal(binding: binding("latest", "manifest")) == nil)
      #expect(await store.refusal(binding: binding("2.0", "another")) == .otherVersion)
      #expect(try await Self.names(store) == ["latest", "1.0"])
    }
  }

  @Test("let a part be sent any number of times, and at once, and record nothing of it", arguments: StoreKind.allCases)
  func parts(kind: StoreKind) async throws {
    try await kind.with { store in
      let claim = Sample.claim(Self.direct, Sample.target("upload"), kind: .part)
      let first = try #require(await store.claimed(claim))
      let second = try #require(await store.claimed(claim))
      store.end(first, as: .streamed(Sample.digests("bytes")))
      store.end(second, as: .streamed(nil))
      #expect(await store.claimed(claim) != nil)
      #expect(try await Self.names(store).isEmpty)
      #expect(await store.refusal(binding: Sample.binding(Self.direct, Sample.target("upload", of: "2.0"))) == nil)
    }
  }

  @Test("use a token directly, whatever they are", arguments: StoreKind.allCases, kinds)
  func use(kind: StoreKind, reservation: ReservationKind) async throws {
    try await kind.with { store in
      _ = try await store.bind(Sample.binding(Self.direct, kind: reservation))
      let exchange = await refusal { () throws(StateRefusal) in
        try await store.exchange(Sample.token("one"), rememberedUntil: Sample.now, for: Sample.record("a"))
      }
      #expect(exchange == .replayed)
      try await store.exchange(Sample.token("two"), rememberedUntil: Sample.now, for: Sample.record("b"))
      #expect(await store.refusal(binding: Sample.binding(.direct(Sample.token("two")), kind: reservation)) == .replayed)
      let burnt = BindingSubject.uploadToken(Sample.digest("b"))
      #expect(await store.refusal(claiming: Sample.claim(burnt, kind: reservation)) == nil)
      _ = try await store.burn(Sample.digest("b"), at: Sample.now)
      #expect(await store.refusal(binding: Sample.binding(burnt, kind: reservation)) == .ended)
      #expect(await store.refusal(claiming: Sample.claim(burnt, kind: reservation)) == .ended)
    }
  }

  @Test("are all judged by freezes, by uploads that must be alone, and by what others learn", arguments: StoreKind.allCases, kinds)
  func objections(kind: StoreKind, reservation: ReservationKind) async throws {
    try await kind.with { store in
      func refusals(_ upload: UploadIntent) async -> [StateRefusal?] {
        let claim = StreamClaim(subject: Self.direct, upload: upload, rememberedUntil: Sample.now)
        let binding = Binding(subject: Self.direct, upload: upload, digests: Sample.digests("bytes"), rememberedUntil: Sample.now)
        return await store.results(of: StoreBatch(reservations: [.claim(claim), .bind(binding), .open(upload)])).map(\.refusal)
      }
      let alone = try await store.open(Sample.upload(kind: reservation, alone: true))
      #expect(await refusals(Sample.upload(kind: reservation, alone: true)) == [.inFlight, .inFlight, .inFlight])
      store.end(alone, as: .bound)
      let newPin = try await store.open(Sample.upload(kind: reservation, by: Sample.use(learning: Sample.ids("1"))))
      let rival = Sample.upload(Sample.target("b"), kind: reservation, by: Sample.use(learning: Sample.ids("2")))
      #expect(await refusals(rival) == [.reserved, .reserved, .reserved])
      store.end(newPin, as: .bound)
      let freeze = Freeze(scope: .everything, why: "an incident", since: Sample.now)
      try await store.freeze(freeze, [])
      #expect(await refusals(Sample.upload(kind: reservation)) == [.frozen(freeze), .frozen(freeze), .frozen(freeze)])
    }
  }

  @Test("end a revision in peace whose credential was forgotten meanwhile", arguments: StoreKind.allCases)
  func endAfterExpiry(kind: StoreKind) async throws {
    try await kind.with { store in
      let intent = try #require(await store.claimed(Sample.claim(Self.direct, kind: .mutable)))
      #expect(try await store.removeExpired(at: Sample.now.advanced(by: 1000), limit: 10) == 1)
      // Its row's number may be another credential's by now.
      let other = BindingSubject.direct(Sample.token("two"))
      _ = try await store.bind(Sample.binding(other, kind: .part))
      store.end(intent, as: .streamed(Sample.digests("bytes")))
      #expect(try await Self.names(store).isEmpty)
      #expect(try await Self.names(store, other).isEmpty)
    }
  }

  private static func names(_ store: any StateStore, _ subject: BindingSubject = direct) async throws -> [ExactString] {
    try await store.artifacts(of: subject, in: Sample.target().package, of: Sample.target().registry).map(\.name)
  }
}
