import Foundation
import Secrets
import Synchronization
import TestSupport
import Testing

@testable import RegistryClient

@Suite("The service credential") struct ServiceCredentialSourceTests {
  private static func source(_ kind: UpstreamCredential, _ environment: [String: String] = [:]) -> ServiceCredentialSource {
    source(kind, environment) {}
  }

  private static func source(
    _ kind: UpstreamCredential, _ environment: [String: String] = [:], onRotation: @escaping @Sendable () -> Void
  ) -> ServiceCredentialSource {
    ServiceCredentialSource(
      kind, environment: environment, blocking: { read throws(UpstreamFailure) in try read() }, onRotation: onRotation)
  }

  /// The field by which it goes to the registry.
  private static func field(_ credential: ServiceCredential?) -> String? {
    guard let credential else { return nil }
    var head = UpstreamHead(readingUnknown: "/", authority: "registry.example")
    let before = head.bytes.count
    credential.append(to: &head)
    return text(Array(head.bytes[before...]))
  }

  @Test(
    "is sent as the configuration says",
    arguments: [
      (.basic(username: "svc", password: .environment("S")), "authorization: Basic c3ZjOm5vdC1hLXNlY3JldA==\r\n"),
      (.bearer(.environment("S")), "authorization: Bearer not-a-secret\r\n"),
      (.header(name: "x-key", value: .environment("S")), "x-key: not-a-secret\r\n"),
      (.raw(.environment("R")), "authorization: Token not-a-secret\r\n"), (.none, nil),
    ] as [(UpstreamCredential, String?)])
  func kinds(kind: UpstreamCredential, field: String?) async throws {
    let credential = try await Self.source(kind, ["S": "not-a-secret\n", "R": "Token not-a-secret"]).current()
    #expect(Self.field(credential) == field)
    if let credential {
      #expect(credential.scan.finding(in: Array("they sent not-a-secret".utf8)) == .whole)
      #expect(credential.scan.finding(in: Array("they sent Basic, Bearer or Token".utf8)) == .nothing)
    }
  }

  @Test("is looked for in answers as the pair that basic authentication sends, too")
  func pair() async throws {
    let credential = try #require(try await Self.source(.basic(username: "svc", password: .environment("S")), ["S": "pass"]).current())
    #expect(credential.scan.finding(in: Array("c3ZjOnBhc3M=".utf8)) == .whole)
  }

  @Test(
    "is unreadable where it can't be had",
    arguments: [.environment("UNSET"), .environment("EMPTY"), .environment("LINES"), .systemd("token"), .file("/nonexistent/token")]
      as [SecretSource])
  func unreadable(secret: SecretSource) async {
    let source = Self.source(.bearer(secret), ["EMPTY": "", "LINES": "a\nb"])
    await #expect(throws: UpstreamFailure.credentialUnreadable) { try await source.current() }
    #expect(source.version == nil)
  }

  @Test("is read again when its file changes, which is told once")
  func rotation() async throws {
    let folder = try TemporaryFolder()
    let path = folder.write("first-secret", to: "token")
    let rotations = Atomic(0)
    let source = Self.source(.bearer(.file(path))) { rotations.add(1, ordering: .relaxed) }
    #expect(Self.field(try await source.current()) == "authorization: Bearer first-secret\r\n")
    #expect(source.version == FileVersion(of: path))
    folder.write("another-secret", to: "token")
    #expect(Self.field(try await source.current()) == "authorization: Bearer another-secret\r\n")
    #expect(source.version == FileVersion(of: path))
    #expect(Self.field(try await source.current()) == "authorization: Bearer another-secret\r\n")
    try FileManager.default.removeItem(atPath: path)
    await #expect(throws: UpstreamFailure.credentialUnreadable) { try await source.current() }
    #expect(rotations.load(ordering: .relaxed) == 1)
  }

  @Test("is kept as long as its file is the same, which nobody reads anew")
  func kept() async throws {
    let folder = try TemporaryFolder()
    let path = folder.write("first-secret", to: "token")
    let time = Date(timeIntervalSince1970: 1_000_000)
    try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: path)
    let source = Self.source(.bearer(.file(path)))
    #expect(Self.field(try await source.current()) == "authorization: Bearer first-secret\r\n")
    // The same file, of the same size and time.
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.write(contentsOf: Data("other".utf8))
    try handle.close()
    try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: path)
    #expect(Self.field(try await source.current()) == "authorization: Bearer first-secret\r\n")
  }
}
