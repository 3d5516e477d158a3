import StrictParsers
import Testing

@Suite("An answer's head") struct HTTPResponseHeadTests {
  private func parse(_ text: String, answering method: HTTPMethod = .get) throws(HTTPRefusal) -> ResponseHead? {
    var parser = ResponseHeadParser(answering: method)
    guard case .head(let head, _) = try parser.feed(Array(text.utf8).span) else { return nil }
    return head
  }

  @Test(
    "frames its body by the request, the status and the fields, and says whether the connection may serve again",
    arguments: [
      (HTTPMethod.get, "HTTP/1.1 200 OK\r\nContent-Length: 5", BodyFraming.length(5), true),
      (.get, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", .chunked, true),
      (.get, "HTTP/1.1 200 OK", .untilClose, false),
      (.get, "HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive", .length(5), false),
      (.put, "HTTP/1.1 201 \r\nContent-Length: 0\r\nConnection: close", .length(0), false),
      (.put, "HTTP/1.1 201\r\nContent-Length: 0", .length(0), true),
      (.head, "HTTP/1.1 200 OK\r\nContent-Length: 5", .none, true),
      (.head, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", .none, true),
      (.get, "HTTP/1.1 304 Not Modified\r\nContent-Length: 5", .none, true),
      (.get, "HTTP/1.1 204 No Content", .none, true), (.get, "HTTP/1.1 204 No Content\r\nContent-Length: 0", .none, true),
      (.get, "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload", .none, false), (.put, "HTTP/1.1 100 Continue", .none, false),
      (.get, "HTTP/1.1 200 D\u{FC}rfen\r\nA_b: \u{E9}\r\nContent-Length: 1", .length(1), true),
    ])
  func framing(method: HTTPMethod, text: String, framing: BodyFraming, mayBeReused: Bool) throws {
    let head = try #require(try parse(text + "\r\n\r\n", answering: method))
    #expect(head.framing == framing && head.mayBeReused == mayBeReused && head.isInterim == (head.status < 200))
  }

  @Test("keeps the status and the reason") func parts() throws {
    let head = try #require(try parse("HTTP/1.1 422 Not like  this \r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\n"))
    #expect(head.status == 422 && String(decoding: head.reason, as: UTF8.self) == "Not like  this ")
    #expect(head.fields.map(\.nameText) == ["content-type", "content-length"])
  }

  @Test(
    "is refused where it is wrong",
    arguments: [
      ("\r\n", HTTPRefusal.malformedVersion), ("ICY 200 OK\r\n", .malformedVersion), ("HTTP/2 200\r\n", .unsupportedVersion),
      ("HTTP/1.1  200 OK\r\n", .malformedStatusLine), ("HTTP/1.1 20 OK\r\n", .malformedStatusLine),
      ("HTTP/1.1 600 OK\r\n", .malformedStatusLine),
      ("HTTP/1.1 099 OK\r\n", .malformedStatusLine), ("HTTP/1.1 2000 OK\r\n", .malformedStatusLine),
      ("HTTP/1.1 200 O\0K\r\n", .malformedStatusLine),
      ("HTTP/1.1 200 OK\n", .bareLineFeed), ("HTTP/1.1 200\n", .bareLineFeed), ("HTTP/1.1 200 OK\rX", .bareCarriageReturn),
      ("HTTP/1.1 200 OK\r\n ", .foldedField), ("HTTP/1.1 101 Switching Protocols\r\n\r\n", .unrequestedUpgrade),
      ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n", .repeatedContentLength),
      ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n", .lengthAndTransferEncoding),
      ("HTTP/1.1 304 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n", .lengthAndTransferEncoding),
      ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n", .unknownTransferEncoding),
      ("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n", .transferEncodingInHTTP10),
      ("HTTP/1.1 204 No Content\r\nContent-Length: 1\r\n\r\n", .bodyNotAllowed),
      ("HTTP/1.1 100 Continue\r\nTransfer-Encoding: chunked\r\n\r\n", .bodyNotAllowed),
    ])
  func refusals(text: String, refusal: HTTPRefusal) {
    #expect(throws: refusal) { try parse(text) }
  }

  @Test("may follow interim ones, read by the same parser") func interim() throws {
    var parser = ResponseHeadParser(answering: .put)
    let bytes = Array("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n".utf8)
    guard case .head(let first, let consumed) = try parser.feed(bytes.span) else { throw HTTPRefusal.truncatedBody }
    #expect(first.status == 100 && first.isInterim && consumed == 25)
    guard case .head(let second, _) = try parser.feed(bytes.span.extracting(consumed..<bytes.count)) else {
      throw HTTPRefusal.truncatedBody
    }
    #expect(second.status == 201 && second.mayBeReused)
  }
}
