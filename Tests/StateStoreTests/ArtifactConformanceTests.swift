import Digests
import PublisherPolicy
import StrictParsers
import Testing
import TokenVerification

@testable import StateStore

@Suite("A state store's memory of what was sent") struct ArtifactConformanceTests {
  private static let direct = BindingSubject.direct(Sample.token("one"))

  private static func artifacts(
    _ store: any StateStore, _ subject: BindingSubject = direct, _ target: PublishTarget = Sample.target()
  ) async throws -> [BoundArtifact] {
    try await store.artifacts(of: subject, in: target.package, of: target.registry)
  }

  private static func all(_ text: String) -> ArtifactDigests {
    ArtifactDigests(
      sha256: Sample.digest(text), md5: Array("\(text)".utf8), sha1: Array("1\(text)".utf8), sha512: Array("512\(text)".utf8),
      blake2b256: Array("not kept".utf8))
  }

  private static func kept(_ text: String) -> ArtifactDigests {
    let all = all(text)
    return ArtifactDigests(sha256: all.sha256, md5: all.md5, sha1: all.sha1, sha512: all.sha512)
  }

  private static func bound(_ name: ExactString, _ digests: ArtifactDigests, of version: ExactString? = "1.0") -> BoundArtifact {
    BoundArtifact(name: name, version: version, digests: digests)
  }

  private static func bind(
    _ store: any StateStore, _ name: ExactString, _ digests: ArtifactDigests, kind: ReservationKind = .file,
    of version: ExactString? = "1.0",
    by subject: BindingSubject = direct
  ) async throws {
    let upload = Sample.upload(Sample.target(name, of: version), kind: kind)
    _ = try await store.bind(Binding(subject: subject, upload: upload, digests: digests, rememberedUntil: Sample.now))
  }

  @Test("gives each name and digest with its version, the newest first", arguments: StoreKind.allCases)
  func artifacts(kind: StoreKind) async throws {
    try await kind.with { store in
      #expect(try await Self.artifacts(store).isEmpty)
      try await Self.bind(store, "file", Self.all("file"))
      try await Self.bind(store, "tag", Self.all("one"), kind: .mutable)
      try await Self.bind(store, "tag", Sample.digests("two"), kind: .mutable)
      try await Self.bind(store, "index", Sample.digests("index"), kind: .mutable, of: nil)
      let streamed = try #require(await store.claimed(Sample.claim(Self.direct, Sample.target("streamed"))))
      let revision = try #require(await store.claimed(Sample.claim(Self.direct, Sample.target("latest"), kind: .mutable)))
      _ = try #require(await store.claimed(Sample.claim(Self.direct, Sample.target("claimed"))))
      let unknown = try #require(await store.claimed(Sample.claim(Self.direct, Sample.target("unknown"))))
      store.end(streamed, as: .streamed(Self.all("streamed")))
      store.end(revision, as: .streamed(Self.all("revision")))
      store.end(unknown, as: .streamed(nil))
      try await Self.bind(store, "part", Self.all("part"), kind: .part)
      // The bytes of a tag that come back are its newest.
      try await Self.bind(store, "tag", Sample.digests("one"), kind: .mutable)
      let artifacts = try await Self.artifacts(store)
      let expected = [
        Self.bound("tag", Self.kept("one")), Self.bound("latest", Self.kept("revision")), Self.bound("streamed", Self.kept("streamed")),
        Self.bound("index", Sample.digests("index"), of: nil), Self.bound("tag", Sample.digests("two")),
        Self.bound("file", Self.kept("file")),
      ]
      #expect(artifacts.first == expected.first && artifacts.last == expected.last)
      // What was streamed stands where it was claimed, or where it ended.
      #expect(artifacts.count == expected.count && Set(artifacts) == Set(expected))
      #expect(try await Self.artifacts(store, Self.direct, Sample.target(package: "other")).isEmpty)
      #expect(try await Self.artifacts(store, Self.direct, Sample.target(registry: "other")).isEmpty)
      #expect(try await Self.artifacts(store, .direct(Sample.token("two"))).isEmpty)
      #expect(try await Self.artifacts(store, .uploadToken(Sample.token("one").key)).isEmpty)
    }
  }

  @Test("adds digests that a repeat brings, and changes none", arguments: StoreKind.allCases, [ReservationKind.file, .mutable])
  func repeats(kind: StoreKind, reservation: ReservationKind) async throws {
    try await kind.with { store in
      let sha256 = Sample.digest("bytes")
      let steps = [
        ArtifactDigests(sha256: sha256, sha1: [1]), ArtifactDigests(sha256: sha256), ArtifactDigests(sha256: sha256, md5: [5], sha512: [9]),
      ]
      for digests in steps { try await Self.bind(store, "file", digests, kind: reservation) }
      let expected = ArtifactDigests(sha256: sha256, md5: [5], sha1: [1], sha512: [9])
      #expect(try await Self.artifacts(store) == [Self.bound("file", expected)])
    }
  }

  @Test("gives a thousand at most", arguments: StoreKind.allCases)
  func bound(kind: StoreKind) async throws {
    try await kind.with { store in
      let reservations = (0..<1200).map { number -> UploadReservation in
        .bind(
          Sample.binding(
            Self.direct, Sample.target(ExactString(number)), "\(number)", kind: number.isMultiple(of: 2) ? .file : .mutable))
      }
      #expect(await store.results(of: StoreBatch(reservations: reservations)).allSatisfy { $0.refusal == nil })
      let names = try await Self.artifacts(store).map(\.name)
      #expect(names == (200..<1200).reversed().map { ExactString($0) })
    }
  }

  @Test("outlives the burning of an upload token, and is forgotten with it", arguments: StoreKind.allCases)
  func credentials(kind: StoreKind) async throws {
    try await kind.with { store in
      let subject = BindingSubject.uploadToken(Sample.digest("a"))
      try await store.exchange(Sample.token("one"), rememberedUntil: Sample.now, for: Sample.record("a"))
      try await Self.bind(store, "file", Self.all("file"), by: subject)
      try await Self.bind(store, "tag", Self.all("tag"), kind: .mutable, by: subject)
      _ = try await store.burn(Sample.digest("a"), at: Sample.now)
      #expect(try await Self.artifacts(store, subject) == [Self.bound("tag", Self.kept("tag")), Self.bound("file", Self.kept("file"))])
      #expect(try await store.removeExpired(at: Sample.now.advanced(by: 1000), limit: 10) == 2)
      #expect(try await Self.artifacts(store, subject).isEmpty)
    }
  }
}
