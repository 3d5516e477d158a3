import StrictParsers
import Testing
import TokenVerification

@testable import PublisherPolicy

@Suite("A read before an upload") struct ReadPermitTests {
  private static let sample = SamplePublish.gitHub

  private static func decide(
    _ sample: SamplePublish, reading subject: ReadSubject = .package(.init(canonical: "acme-widgets")), scope: TokenScope? = nil
  ) throws -> ReadPermit {
    let policy = try sample.policy([sample.publisher()])
    let principal = try Principal(identity: sample.identity(of: policy), scope: scope)
    return try policy.decide(
      principal, reading: subject, of: SamplePublish.registry, knowing: PolicyInputs(), at: #require(UnixTime(sample.now)))
  }

  @Test("is granted of what the client may publish in some version, whatever it may create", arguments: [true, false])
  func granted(mayCreate: Bool) throws {
    let permit = try Self.decide(Self.sample.with { $0.create = mayCreate ? .any : .none })
    #expect(permit.publisher == PublisherID("release") && permit.registry == SamplePublish.registry && !permit.isPending)
    #expect(permit.subject == .package(.init(canonical: "acme-widgets")))
    #expect(try Self.decide(Self.sample, reading: .registry).subject == .registry)
  }

  @Test("is judged without a version: a tag must be one that some version would have", arguments: [("v1.0", true), ("other", false)])
  func tag(name: String, isGranted: Bool) throws {
    let sample = Self.sample.requiring("tag", "v{version}").setting("ref_type", "tag").setting("ref", "refs/tags/\(name)")
    #expect(((try? Self.decide(sample)) != nil) == isGranted)
  }

  @Test("is refused of what the client may not publish")
  func refused() throws {
    let other = ReadSubject.package(.init(canonical: "gadgets"))
    #expect(
      throws: PolicyRefusal.scope(.packageNotAllowed(package: "gadgets", PublisherID("release"), patterns: ["acme-widgets"]))
    ) { try Self.decide(Self.sample, reading: other) }
    let scope = TokenScope(publishers: [PublisherID("release")], package: .init(canonical: "gadgets"))
    #expect(throws: PolicyRefusal.scope(.otherPackage(package: "acme-widgets", tokenIsFor: "gadgets"))) {
      try Self.decide(Self.sample, scope: scope)
    }
    #expect(try Self.decide(Self.sample, reading: .registry, scope: scope).publisher == PublisherID("release"))
  }

  @Test(
    "is refused to whom no publisher means, and once its publisher has expired",
    arguments: [ReadSubject.registry, .package(.init(canonical: "acme-widgets"))])
  func strangers(subject: ReadSubject) throws {
    #expect(throws: PolicyRefusal.self) { try Self.decide(Self.sample.setting("repository", "foo/other"), reading: subject) }
    let expired = Self.sample.with { $0.expires = UnixTime($0.now) }
    #expect(throws: PolicyRefusal.publisher(.expired(PublisherID("release"), at: try #require(UnixTime(expired.now))))) {
      try Self.decide(expired, reading: subject)
    }
  }
}
