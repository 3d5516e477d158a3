import RegistryProtocols
import StrictParsers
import Testing

@testable import RegistryClient

@Suite("A registry's answer to a publish") struct RelayedResponseTests {
  private static let secret = "svc-not-a-real-secret"

  /// Where the registry is.
  struct Place: Sendable {
    var host = "127.0.0.1"
    var port = 8081
    var socket: String?
  }

  private static func judged(
    _ head: String, _ body: some Sequence<UInt8>, at place: Place = Place(),
    publicHost: ExactString? = "upload.example.com"
  ) throws -> Result<RelayedResponse, UpstreamFailure> {
    var parser = ResponseHeadParser(answering: .post)
    let lines = Array("HTTP/1.1 \(head)\r\nContent-Length: 0\r\n\r\n".utf8)
    guard case .head(let read, _) = try parser.feed(lines.span) else { throw HTTPRefusal.truncatedBody }
    let secrets = AnswerSecrets(
      CredentialScan(secrets: [Array(secret.utf8)]),
      UpstreamAddress(host: place.host, port: place.port, socket: place.socket, publicHost: publicHost))
    let location = LinkRewrite(
      upstreamOrigin: "http://127.0.0.1:8081", upstreamPath: "", publicOrigin: "https://upload.example.com", publicPath: "")
    return Result { () throws(UpstreamFailure) in
      try RelayedResponse(
        read, body: Array(body), relaying: FieldRules.publish.response, isToOurCredential: true, hiding: secrets, location: location)
    }
  }

  private static let ours = "The registry refused this with status 400. Its explanation can't be passed on.\n"
  private static let oursOfSuccess = "The registry took this. Its answer is not passed on.\n"

  @Test(
    "keeps its status and what can be passed on of its text",
    arguments: [
      ("400 Bad Request", "no such field", "no such field"),
      ("400 Bad Request", "a real-sec... no: not-a-real-s", ours),
      ("400 Bad Request", "see http://127.0.0.1:8081/help?a=1 for it", "see http://[registry]/help?a=1 for it"),
      ("400 Bad Request", "HTTP://127.0.0.1:8081 and 127.0.0.1:8081, 127.0.0.1.", "HTTP://[registry] and [registry], [registry]."),
      ("400 Bad Request", #"{"url":"http:\/\/127.0.0.1:8081\/x"}"#, #"{"url":"http:\/\/[registry]\/x"}"#),
      ("400 Bad Request", "http%3A%2F%2F127.0.0.1%3A8081%2F", ours),
      ("400 Bad Request", #"{"host":"127\u002e0.0.1"}"#, ours),
      ("400 Bad Request", "<!DOCTYPE html><p>http://127.0.0.1:8081/</p>", ours),
      ("400 Bad Request\r\nContent-Type: text/plain; charset=iso-8859-1", "fine", "fine"),
      ("400 Bad Request\r\nContent-Type: text/plain; charset=utf-7", "fine", ours),
      ("200 OK", "stored at http://127.0.0.1:8081/f", "stored at http://[registry]/f"),
      ("200 OK", "stored for svc-not-a-real-secret", oursOfSuccess),
      ("200 OK", "stored\0", oursOfSuccess),
      ("200 OK\r\nContent-Type: text/html", "<html>stored</html>", "<html>stored</html>"),
    ])
  func body(head: String, body: String, expected: String) throws {
    let answer = try Self.judged(head, body.utf8).get()
    #expect(String(decoding: answer.body, as: UTF8.self) == expected)
    #expect(answer.status == Int(head.prefix(3)))
  }

  @Test("in ISO 8859-1 is replaced where that is not ASCII") func latin() throws {
    let answer = try Self.judged("400 No\r\nContent-Type: text/plain; charset=ISO-8859-1", [0x4E, 0xF6]).get()
    #expect(String(decoding: answer.body, as: UTF8.self) == Self.ours)
  }

  @Test(
    "loses of its head what holds a part of the credential or an address, and keeps the rest",
    arguments: [
      ("400 not-a-real-s", ["content-type"], ""), ("400 ask 127.0.0.1:8081", ["content-type"], "ask [registry]"),
      ("400 No\r\nETag: \"svc-not-a-re\"\r\nCache-Control: no-store", ["cache-control", "content-type"], "No"),
      ("400 No\r\nETag: \"127.0.0.1:8081\"\r\nX-Debug: svc-not-a-re", ["content-type"], "No"),
      ("201 Created\r\nLocation: http://127.0.0.1:8081/f\r\nLast-Modified: 127.0.0.1", ["content-type", "location"], "Created"),
    ])
  func head(head: String, fields: [String], reason: String) throws {
    let answer = try Self.judged("\(head)\r\nContent-Type: text/plain", "plain".utf8).get()
    #expect(answer.fields.map(\.name).sorted() == fields)
    #expect(String(decoding: answer.reason, as: UTF8.self) == reason)
    #expect(answer.body == Array("plain".utf8))
  }

  @Test(
    "that refuses is a failure of the registry only if it holds all of the credential",
    arguments: [
      ("400 No", "you said svc-not-a-real-secret", UpstreamFailure.credentialEchoed),
      ("400 svc-not-a-real-secret", "", .credentialEchoed), ("400 No\r\nX-Debug: svc-not-a-real-secret", "", .credentialEchoed),
      ("401 No", "", .credentialRefused), ("302 No", "", .redirected),
    ])
  func failures(head: String, body: String, expected: UpstreamFailure) throws {
    #expect(throws: expected) { try Self.judged(head, body.utf8).get() }
  }

  @Test(
    "that the file is there already is known in each registry's words",
    arguments: [
      ("409 Conflict", "<h1>Error: 409 Conflict</h1><pre>Cannot upload &#039;f&#039; since it already exists! </pre>", 409),
      ("409 f-1.0.tar.gz already exists in non-volatile index", "", 409),
      ("400 File already exists ('f', with blake2_256 hash '0'). See https://pypi.org/help/", "", 400),
      ("400 Repository does not allow updating assets: pypi-internal", "", 400),
      (
        "403 Forbidden",
        #"{"errors":[{"message":"Not enough permissions to overwrite artifact 'a:b' (user 'c' needs DELETE permission)."}]}"#, 403
      ),
      ("409 Conflict", "package file already exists", 409), ("409 Conflict", "The feed 'x' already contains file 'f' in package 'p'.", 409),
      ("400 Bad Request", #"{"message":"Validation failed: File name has already been taken"}"#, 400),
      ("409 Conflict", "the parent folder is missing", nil), ("403 Forbidden", "you may not upload", nil),
      ("500 Internal Server Error", "file already exists", nil), ("200 OK", "a file that already existed was kept", nil),
    ] as [(String, String, Int?)])
  func conflicts(head: String, body: String, status: Int?) throws {
    let judged = try Self.judged(head, body.utf8)
    guard let status else {
      #expect(throws: Never.self) { try judged.get() }
      return
    }
    #expect(throws: UpstreamFailure.conflict(status: status)) { try judged.get() }
    let sentence = UpstreamFailure.conflict(status: status).explanation
    #expect(sentence.contains("already exists") && sentence.contains("overwrite artifact"))
  }

  @Test(
    "names the registry in whichever way, but not a longer name or an ordinary word",
    arguments: [
      (Place(host: "registry", port: 80), "at http://registry/x, the registry", "at http://[registry]/x, the registry"),
      (
        Place(host: "registry", port: 8080), "registry:8080 //registry:8080/ registry:80800 //registry.example.com",
        "[registry] //[registry]/ registry:80800 //registry.example.com"
      ),
      (
        Place(host: "pypi.corp.example", port: 443), "pypi.corp.example PYPI.corp.example:443 x.pypi.corp.example pypi.corp.example.com",
        "[registry] [registry] x.pypi.corp.example pypi.corp.example.com"
      ),
      (Place(host: "::1"), "http://[::1]:8081/x", "http://[registry]/x"),
      (Place(host: "upload.example.com", port: 8443), "upload.example.com or upload.example.com:8443", "upload.example.com or [registry]"),
      (Place(host: "localhost", port: 80, socket: "/run/registry.sock"), "no such file: /run/registry.sock", "no such file: [registry]"),
    ])
  func addresses(place: Place, body: String, expected: String) throws {
    let answer = try Self.judged("400 No", body.utf8, at: place).get()
    #expect(String(decoding: answer.body, as: UTF8.self) == expected)
  }
}
