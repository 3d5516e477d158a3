import RegistryProtocols
import StrictParsers
import TestSupport
import Testing

@testable import RegistryClient

@Suite("A registry's answer to a read with the service credential") struct RelayedReadTests {
  private static let secret = "svc-not-a-real-secret"

  private static func judged(
    _ head: String, _ body: some Sequence<UInt8>, within budget: WorkBudget = .unlimited
  ) throws -> Result<RelayedRead, UpstreamFailure> {
    var parser = ResponseHeadParser(answering: .get)
    let lines = Array("HTTP/1.1 \(head)\r\nContent-Length: 0\r\n\r\n".utf8)
    guard case .head(let read, _) = try parser.feed(lines.span) else { throw HTTPRefusal.truncatedBody }
    let secrets = AnswerSecrets(
      CredentialScan(secrets: [Array(secret.utf8)]), UpstreamAddress(host: "127.0.0.1", port: 8081, socket: nil, publicHost: nil))
    let location = LinkRewrite(
      upstreamOrigin: "http://127.0.0.1:8081", upstreamPath: "/up", publicOrigin: "https://upload.example.com", publicPath: "")
    return Result { () throws(UpstreamFailure) in
      try RelayedRead(read, body: Array(body), relaying: FieldRules.read.response, hiding: secrets, location: location, within: budget)
    }
  }

  @Test(
    "keeps a document as it is, whatever addresses stand in it",
    arguments: [
      ("200 OK", "see http://127.0.0.1:8081/"), ("200 OK", "\0\u{7f}"), ("200 OK", "a-real-sec"), ("404 Not Found", "no such file"),
      ("206 Partial Content", "ab"), ("403 Forbidden", "http://127.0.0.1:8081/"),
    ])
  func body(head: String, body: String) throws {
    let read = try Self.judged(head, body.utf8).get()
    #expect(read.body == Array(body.utf8) && read.status == Int(head.prefix(3)))
  }

  @Test("is refused if the search for the credential takes too long") func spent() throws {
    let judged = try Self.judged("200 OK", "a document".utf8, within: WorkBudget { true })
    #expect(throws: UpstreamFailure.answerTooLarge) { try judged.get() }
  }

  @Test(
    "is refused if the credential is in it, or if it can't be scanned",
    arguments: [
      ("200 OK", "you are \(secret)", .credentialEchoed), ("404 Not Found", "svc%2Dnot-a-real-secret", .credentialEchoed),
      ("200 \(secret)", "", .credentialEchoed), ("200 OK\r\nETag: \(secret)", "", .credentialEchoed),
      ("200 OK\r\nContent-Encoding: gzip", "x", .encodedAnswer), ("401 Unauthorized", "", .credentialRefused),
      ("407 Proxy Authentication Required", "", .credentialRefused),
    ] as [(String, String, UpstreamFailure)])
  func refused(head: String, body: String, failure: UpstreamFailure) throws {
    #expect(throws: failure) { try Self.judged(head, body.utf8).get() }
  }

  @Test("loses a reason that holds a part of the credential") func reason() throws {
    let read = try Self.judged("200 a-real-sec", "x".utf8).get()
    #expect(read.reason.isEmpty && read.body == Array("x".utf8))
  }

  @Test("loses the explanation of an error that may be an echo") func echo() throws {
    let read = try Self.judged("404 Not Found\r\nContent-Type: text/html\r\nVary: Accept", "a-real-sec".utf8).get()
    #expect(String(decoding: read.body, as: UTF8.self) == "The registry answered with status 404. Its explanation can't be passed on.\n")
    #expect(
      read.fields.map { "\($0.name): \(String(decoding: $0.value, as: UTF8.self))" } == [
        "vary: Accept", "content-type: text/plain; charset=utf-8",
      ])
  }

  @Test(
    "loses what is meant for the service account, and what holds a part of its credential",
    arguments: ["WWW-Authenticate: Basic", "Proxy-Authenticate: Basic", "Set-Cookie: a=b", "Link: a-real-sec", "X-Other: a"])
  func fields(field: String) throws {
    let read = try Self.judged("200 OK\r\n\(field)\r\nETag: e", "".utf8).get()
    #expect(read.fields.map(\.name) == ["etag"])
  }

  @Test(
    "leads only to what lies behind the gateway",
    arguments: [
      ("http://127.0.0.1:8081/up/a", "https://upload.example.com/a"), ("/up/a?b", "https://upload.example.com/a?b"),
      ("http://127.0.0.1:8081/other", nil), ("https://storage.example.com/up/a", nil),
    ] as [(String, String?)])
  func location(written: String, expected: String?) throws {
    let read = try Self.judged("307 Temporary Redirect\r\nLocation: \(written)", "".utf8).get()
    #expect(read.fields.map { String(decoding: $0.value, as: UTF8.self) } == (expected.map { [$0] } ?? []))
  }
}
