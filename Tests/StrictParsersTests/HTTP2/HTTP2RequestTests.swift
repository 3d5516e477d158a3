import TestSupport
import Testing

@testable import StrictParsers

@Suite("A header block of HTTP/2") struct HTTP2RequestTests {
  typealias Fields = [(String, String)]

  private static let pseudo: Fields = [(":method", "PUT"), (":scheme", "https"), (":authority", "r.example:8443"), (":path", "/a/1/f?x")]
  private static let begin = "PUT /a/1/f?x HTTP/1.1\r\nhost: r.example:8443\r\n"

  private static func request(_ fields: Fields, isEnd: Bool = false, limit: Int = 100) throws(HTTPRefusal) -> HTTP2Request {
    try HTTP2Request(fields.map { HTTP2Field(name: $0.0, value: $0.1) }, isEnd: isEnd, limit: limit)
  }

  @Test(
    "becomes the head that says the same, and how the body must come",
    arguments: [
      ([], false, "transfer-encoding: chunked\r\n", .chunked), ([], true, "content-length: 0\r\n", .none),
      ([("content-length", "5")], false, "content-length: 5\r\n", .length(5)),
      ([("content-length", "0")], false, "content-length: 0\r\n", .emptyEnd),
      ([("content-length", "0")], true, "content-length: 0\r\n", .none),
      ([("te", "trailers"), ("x", ""), ("y", "a \tb")], true, "x: \r\ny: a \tb\r\ncontent-length: 0\r\n", .none),
      ([("host", "r.example:8443")], true, "content-length: 0\r\n", .none),
      ([("cookie", "a=b"), ("x", "y"), ("cookie", "c=d")], true, "x: y\r\ncookie: a=b; c=d\r\ncontent-length: 0\r\n", .none),
    ] as [(Fields, Bool, String, HTTP2Request.Body)])
  func translated(fields: Fields, isEnd: Bool, rest: String, body: HTTP2Request.Body) throws {
    let request = try Self.request(Self.pseudo + fields, isEnd: isEnd)
    #expect(String(decoding: request.head, as: UTF8.self) == Self.begin + rest + "\r\n")
    #expect(request.body == body && request.method == .put)
    var parser = RequestHeadParser()
    guard case .head(let head, let consumed) = try parser.feed(request.head.span) else {
      Issue.record("no head")
      return
    }
    #expect(consumed == request.head.count && head.host.name == "r.example" && head.version == .http11)
  }

  @Test("of a method without a body waits for the end of its stream", arguments: ["GET", "HEAD", "DELETE", "OPTIONS"])
  func withoutBody(method: String) throws {
    let fields = [(":method", method)] + Self.pseudo.dropFirst()
    #expect(try Self.request(fields).body == .emptyEnd)
    #expect(try Self.request(fields, isEnd: true).body == HTTP2Request.Body.none)
    #expect(throws: HTTPRefusal.bodyNotAllowed) { try Self.request(fields + [("content-length", "1")]) }
    let isRead = method == "GET" || method == "HEAD"
    #expect(HTTP2Request.mayPublish(fields.map { HTTP2Field(name: $0.0, value: $0.1) }) != isRead)
  }

  private static func replacing(_ name: String, _ value: String?) -> Fields {
    pseudo.compactMap { $0.0 == name ? value.map { (name, $0) } : $0 }
  }

  @Test(
    "is refused where another reader could take it differently",
    arguments: [
      (replacing(":method", nil), .malformedPseudoFields), (replacing(":scheme", nil), .malformedPseudoFields),
      (replacing(":authority", nil), .malformedPseudoFields), (replacing(":path", nil), .malformedPseudoFields),
      (replacing(":scheme", "http"), .malformedPseudoFields), (replacing(":authority", "a b"), .malformedPseudoFields),
      (replacing(":path", "/a b"), .malformedPseudoFields), (replacing(":path", ""), .malformedPseudoFields),
      (replacing(":path", "/a\r\nx: y"), .malformedPseudoFields), (replacing(":path", "*"), .targetNotOriginForm),
      (replacing(":path", "https://r.example/a"), .targetNotOriginForm), (replacing(":path", "a"), .targetNotOriginForm),
      (replacing(":method", "PU(T"), .malformedMethod), (replacing(":method", "put"), .unknownMethod),
      (replacing(":method", "TRACE"), .unknownMethod), (replacing(":method", "CONNECT"), .unknownMethod),
      (pseudo + [(":method", "GET")], .malformedPseudoFields), (pseudo + [(":status", "200")], .malformedPseudoFields),
      ([pseudo[0], pseudo[0]] + pseudo[1...2], .malformedPseudoFields),
      (Array(pseudo[0...2]) + [("x", "y"), pseudo[3]], .malformedPseudoFields),
      (pseudo + [("X-A", "b")], .upperCaseFieldName), (pseudo + [("", "b")], .malformedFieldName),
      (pseudo + [("a b", "c")], .malformedFieldName),
      (pseudo + [("a:", "c")], .malformedFieldName), (pseudo + [("a\u{FFFD}", "c")], .malformedFieldName),
      (pseudo + [("a\r\nb", "c")], .malformedFieldName), (pseudo + [("a", "b\r\nc: d")], .controlInFieldValue),
      (pseudo + [("a", "b\nc")], .controlInFieldValue), (pseudo + [("a", "b\0c")], .controlInFieldValue),
      (pseudo + [("a", "\u{E9}")], .nonASCIIFieldValue), (pseudo + [("a", " b")], .whitespaceAroundValue),
      (pseudo + [("a", "b\t")], .whitespaceAroundValue), (pseudo + [("connection", "close")], .connectionField),
      (pseudo + [("keep-alive", "x")], .connectionField), (pseudo + [("proxy-connection", "x")], .connectionField),
      (pseudo + [("transfer-encoding", "chunked")], .connectionField), (pseudo + [("upgrade", "h2c")], .connectionField),
      (pseudo + [("http2-settings", "x")], .connectionField), (pseudo + [("te", "gzip")], .connectionField),
      (pseudo + [("te", "Trailers")], .connectionField), (pseudo + [("host", "other.example")], .hostDisagrees),
      (pseudo + [("host", "r.example:8443"), ("host", "r.example:8443")], .repeatedHost),
      (pseudo + [("content-length", "5"), ("content-length", "5")], .repeatedContentLength),
      (pseudo + [("content-length", "+5")], .malformedContentLength), (pseudo + [("content-length", "05")], .malformedContentLength),
      (pseudo + [("content-length", "99999999999999999999")], .contentLengthTooLarge),
    ] as [(Fields, HTTPRefusal)])
  func refused(fields: Fields, refusal: HTTPRefusal) {
    #expect(throws: refusal) { try Self.request(fields) }
  }

  @Test("that ended must not announce a body, and holds no more fields than may be") func bounds() {
    #expect(throws: HTTPRefusal.lengthDisagrees) { try Self.request(Self.pseudo + [("content-length", "1")], isEnd: true) }
    #expect(throws: HTTPRefusal.tooManyFields) { try Self.request(Self.pseudo + [("a", "b")], limit: 4) }
    #expect(throws: Never.self) { try Self.request(Self.pseudo + [("a", "b")], limit: 5) }
  }

  @Test(
    "of trailers must not say anything about the request",
    arguments: [
      ([("x-digest", "1")], nil), ([("authorization", "Basic x")], nil), ([(":path", "/x")], .malformedPseudoFields),
      ([("X-A", "b")], .upperCaseFieldName), ([("transfer-encoding", "chunked")], .connectionField),
      ([("te", "trailers")], .connectionField),
      ([("content-length", "1")], .forbiddenTrailer), ([("host", "x")], .forbiddenTrailer),
      (Array(repeating: ("a", "b"), count: 33), .tooManyFields), ([("a", String(repeating: "b", count: 8192))], .headTooLarge),
    ] as [(Fields, HTTPRefusal?)])
  func trailers(fields: Fields, refusal: HTTPRefusal?) {
    var found: HTTPRefusal?
    do throws(HTTPRefusal) { try HTTP2Trailers.check(fields.map { HTTP2Field(name: $0.0, value: $0.1) }) } catch { found = error }
    #expect(found == refusal)
  }

  /// The corpus was written for plain text: its `http` is `https` here.
  @Test("of the corpus of attacks is refused, or becomes one head") func vectors() throws {
    for row in try VectorFile.rows("attacks/http2_requests.jsonl") ?? [] {
      let id = try #require(row["id"]?.string?.text)
      let fields = try #require(row["headers"]?.array).map { pair in
        let texts = try #require(pair.array).map { text in
          String(decoding: try Base64.decode(Array(try #require(text.string).utf8)[...]), as: UTF8.self)
        }
        return (texts[0], texts[0] == ":scheme" && texts[1] == "http" ? "https" : Self.filled(texts[1]))
      }
      let expected = try #require(row["expect"]?.string?.text)
      let isRefused = (try? Self.request(fields)) == nil
      // The rest is for what follows the block, and for who may publish what.
      if expected == "one" { #expect(!isRefused, "\(id)") }
      if expected == "reject",
        !["h2cl/", "trailers/", "pseudo/victim", "auth/dup", "limits/big", "pseudo/authority-userinfo"].contains(where: { id.hasPrefix($0) }
        )
      {
        #expect(isRefused, "\(id)")
      }
    }
  }

  private static func filled(_ text: String) -> String {
    [("@@M@@", "PUT"), ("@@HOST@@", "r.example"), ("@@PATHVICTIM@@", "/v/1/f"), ("@@PATH@@", "/a/1/f"), ("@@AUTHVALUE@@", "Bearer t")]
      .reduce(text) { $0.replacing($1.0, with: $1.1) }
  }
}
