import TestSupport
import Testing

@testable import Gateway

@Suite("The head of an answer to a client") struct ResponseHeadWriterTests {
  @Test("is its line, its fields and an empty line")
  func whole() {
    var head = ResponseHeadWriter(status: 201, reason: "Created".utf8)
    head.add("content-length", "0".utf8)
    head.add("etag", "".utf8)
    head.finish(closing: false)
    #expect(text(head.bytes) == "HTTP/1.1 201 Created\r\ncontent-length: 0\r\netag: \r\n\r\n")
  }

  @Test("names the request, and says whether the connection ends", arguments: [true, false])
  func last(closing: Bool) {
    var head = ResponseHeadWriter(status: 403, reason: "Forbidden".utf8)
    let id = ObservabilitySample.requestID()
    head.finish(requestID: id, closing: closing)
    #expect(text(head.bytes) == "HTTP/1.1 403 Forbidden\r\nx-request-id: \(id)\r\n\(closing ? "connection: close\r\n" : "")\r\n")
  }

  @Test(
    "has a reason of visible ASCII",
    arguments: [
      ("", ""), ("It's ~ fine", "It's ~ fine"), ("a\r\nx: y", "a??x: y"), ("a\tb\0c\u{7F}", "a?b?c?"), ("grün", "gr??n"),
    ])
  func reason(reason: String, written: String) {
    #expect(text(ResponseHeadWriter(status: 400, reason: reason.utf8).bytes) == "HTTP/1.1 400 \(written)\r\n")
  }
}
