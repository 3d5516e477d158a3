import RegistryProtocols
import Secrets
import StrictParsers
import TestSupport
import Testing

@testable import PublisherPolicy
@testable import RegistryClient

@Suite("The head of a request to a registry") struct UpstreamHeadTests {
  private static let clientFields = [
    "Accept: text/html", "Accept-Encoding: gzip", "Accept-Language: de", "User-Agent: pip/26", "Range: bytes=0-9", "If-Range: \"e\"",
    "If-Match: \"m\"", "If-None-Match: \"n\"", "If-Modified-Since: then", "If-Unmodified-Since: later", "Cookie: a=b",
    "Authorization: Basic eDp5", "X-Forwarded-For: 192.0.2.1", "Forwarded: for=192.0.2.1", "Connection: keep-alive", "Via: 1.1 proxy",
    "Proxy-Authorization: Basic eDp5", "Referer: http://x/",
  ]

  private static func lines(_ head: UpstreamHead) -> [String] {
    String(decoding: head.bytes, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false).map { String($0) }
  }

  @Test("of a read has what the registry may see of the client's, and nothing else")
  func read() throws {
    let client = try RequestHead.sample("GET /simple/", Self.clientFields)
    let head = UpstreamHead(
      reading: "/up/simple/", method: .get, authority: "registry.example:8081", of: client, forwarding: FieldRules.read.request,
      asksForPlain: false,
      passing: nil)
    #expect(
      Self.lines(head) == [
        "GET /up/simple/ HTTP/1.1", "host: registry.example:8081", "accept: text/html", "accept-encoding: gzip", "accept-language: de",
        "user-agent: pip/26", "range: bytes=0-9", "if-range: \"e\"", "if-match: \"m\"", "if-none-match: \"n\"", "if-modified-since: then",
        "if-unmodified-since: later", "connection: close", "", "",
      ])
  }

  @Test("of a read has the client's own credential where that may leave")
  func readWithCredential() throws {
    let client = try RequestHead.sample("HEAD /", ["User-Agent: a", "User-Agent: b", "Authorization: Basic eDp5"])
    let own = PassthroughCredential(of: client, refusedAs: .notAccepted, isTaken: true)
    let head = UpstreamHead(
      reading: "/", method: .head, authority: "registry.example:8081", of: client, forwarding: FieldRules.read.request, asksForPlain: false,
      passing: own)
    // What stands twice is left out.
    #expect(
      Self.lines(head) == ["HEAD / HTTP/1.1", "host: registry.example:8081", "authorization: Basic eDp5", "connection: close", "", ""])
  }

  @Test("of a read whose answer is read asks for it as it is")
  func plainRead() throws {
    let client = try RequestHead.sample("GET /simple/", ["Accept-Encoding: gzip", "User-Agent: pip/26"])
    let head = UpstreamHead(
      reading: "/", method: .get, authority: "registry.example:8081", of: client, forwarding: FieldRules.read.request, asksForPlain: true,
      passing: nil
    )
    #expect(
      Self.lines(head) == [
        "GET / HTTP/1.1", "host: registry.example:8081", "user-agent: pip/26", "accept-encoding: identity", "connection: close", "", "",
      ])
  }

  @Test("of a read by the policy's leave has the service credential and none of the client's, and asks for the whole as it is")
  func grantedRead() throws {
    let client = try RequestHead.sample(
      "GET /simple/", ["Accept-Encoding: gzip", "Range: bytes=0-9", "If-Range: e", "User-Agent: pip/26", "Authorization: Basic eDp5"])
    let ours = ServiceCredential(fieldName: "x-key", fieldValue: Secret(Array("our-secret".utf8)), secrets: [])
    let permit = ReadPermit(
      subject: .registry, registry: RegistryName("python"), publisher: PublisherID("release"), isPending: false)
    let head = UpstreamHead(
      reading: "/up/", under: permit, method: .get, authority: "registry.example:8081", of: client,
      forwarding: FieldRules.read.request, credential: ours)
    #expect(
      Self.lines(head) == [
        "GET /up/ HTTP/1.1", "host: registry.example:8081", "user-agent: pip/26", "accept-encoding: identity", "connection: close",
        "x-key: our-secret", "", "",
      ])
  }

  @Test("passes a client's own credential on in its own field") func ownField() throws {
    let client = try RequestHead.sample("GET /", ["X-Key: mine", "Authorization: Basic eDp5"])
    let own = PassthroughCredential(of: client, in: "x-key", refusedAs: .notAccepted, isTaken: true)
    let head = UpstreamHead(
      reading: "/", method: .get, authority: "registry.example:8081", of: client, forwarding: [], asksForPlain: false, passing: own)
    #expect(Self.lines(head) == ["GET / HTTP/1.1", "host: registry.example:8081", "x-key: mine", "connection: close", "", ""])
  }

  @Test(
    "of an upload says how its body is framed and with which credential it comes",
    arguments: [
      (.length(12), true, ["content-length: 12"]), (.none, true, ["content-length: 0"]), (.chunked, true, ["transfer-encoding: chunked"]),
      (.untilClose, false, ["transfer-encoding: chunked", "connection: close"]),
    ] as [(BodyFraming, Bool, [String])])
  func upload(framing: BodyFraming, keepAlive: Bool, expected: [String]) throws {
    let client = try RequestHead.sample("POST /legacy/", Self.clientFields)
    let pass = try #require(PassthroughCredential(of: client, refusedAs: .notAccepted, isTaken: true))
    let ours = ServiceCredential(
      fieldName: "authorization", fieldValue: Secret(Array("Bearer our-secret".utf8)), secrets: [Secret(Array("our-secret".utf8))])
    let head = UpstreamHead(
      publishing: .legacy(pass), method: .post, target: "/legacy/", authority: "registry.example:8081", of: client,
      forwarding: FieldRules.publish.request, contentType: ArraySlice("multipart/form-data; boundary=x".utf8), framing: framing,
      keepAlive: keepAlive,
      credential: ours)
    #expect(
      Self.lines(head) == [
        "POST /legacy/ HTTP/1.1", "host: registry.example:8081", "accept: text/html", "user-agent: pip/26",
        "content-type: multipart/form-data; boundary=x", "accept-encoding: identity",
      ] + expected + ["authorization: Basic eDp5", "", ""])
  }

  @Test(
    "passes a client's own credential on only where the registry takes such, and only what is none of ours to judge",
    arguments: [
      (true, .notAccepted, true), (false, .notAccepted, false), (true, .malformed, false), (true, .malformedUploadToken, false),
      (true, .unknownUploadToken, false), (true, .missing(challenged: false), false), (true, .directTokenRefused, false),
    ] as [(Bool, CredentialRefusal, Bool)])
  func passthrough(isTaken: Bool, refusal: CredentialRefusal, passes: Bool) throws {
    let client = try RequestHead.sample("POST /", ["Authorization: Basic eDp5"])
    #expect((PassthroughCredential(of: client, refusedAs: refusal, isTaken: isTaken) != nil) == passes)
  }

  @Test("of a question by nobody in particular has no credential")
  func unknown() {
    #expect(
      Self.lines(UpstreamHead(readingUnknown: "/a", authority: "registry.example:8081")) == [
        "GET /a HTTP/1.1", "host: registry.example:8081", "accept: text/html, application/json;q=0.5, */*;q=0.1",
        "accept-encoding: identity", "connection: close", "", "",
      ])
  }
}
