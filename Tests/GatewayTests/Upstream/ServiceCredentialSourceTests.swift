import Configuration
import Foundation
import Logging
import NIOPosix
import Observability
import Secrets
import TestSupport
import Testing

@testable import Gateway
@testable import RegistryClient

@Suite("The service credential") struct ServiceCredentialSourceTests {
  private static func source(_ kind: UpstreamCredential, _ environment: [String: String] = [:]) -> ServiceCredentialSource {
    ServiceCredentialSource(
      kind, environment: environment, threads: .singleton, log: Logger(label: "none") { _ in SwiftLogNoOpLogHandler() })
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

  @Test("is read again when its file changes, which the log says once")
  func rotation() async throws {
    let folder = try TemporaryFolder()
    let path = folder.write("first-secret", to: "token")
    let writer = LineWriter(.file(path: "\(folder.path)/log"))
    let log = Logger(label: "test") { _ in LineLogHandler(writer, as: .json, from: .info) { ObservabilitySample.time } }
    let source = ServiceCredentialSource(.bearer(.file(path)), environment: [:], threads: .singleton, log: log)
    #expect(Self.field(try await source.current()) == "authorization: Bearer first-secret\r\n")
    #expect(source.version == FileVersion(of: path))
    folder.write("another-secret", to: "token")
    #expect(Self.field(try await source.current()) == "authorization: Bearer another-secret\r\n")
    #expect(source.version == FileVersion(of: path))
    #expect(Self.field(try await source.current()) == "authorization: Bearer another-secret\r\n")
    try FileManager.default.removeItem(atPath: path)
    await #expect(throws: UpstreamFailure.credentialUnreadable) { try await source.current() }
    await writer.flush()
    let lines = try String(contentsOfFile: "\(folder.path)/log", encoding: .utf8)
    #expect(lines.split(separator: "\n").count { $0.contains("credential.rotated") } == 1)
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

  @Test("is accepted until the registry refuses it, and each change is news once")
  func standing() {
    let standing = CredentialStanding()
    #expect(standing.isAccepted)
    #expect(!standing.noteAccepted())
    #expect(standing.noteRefused())
    #expect(!standing.noteRefused())
    #expect(!standing.isAccepted)
    #expect(standing.noteAccepted())
    #expect(standing.isAccepted)
  }
}
