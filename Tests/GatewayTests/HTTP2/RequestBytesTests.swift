import NIOCore
import StrictParsers
import Testing

@testable import Gateway

@Suite("A request of HTTP/2 as bytes of HTTP/1.1") struct RequestBytesTests {
  private static func fields(_ method: String, _ length: Int? = nil) -> [HTTP2Field] {
    [(":method", method), (":scheme", "https"), (":authority", "h"), (":path", "/")].map { HTTP2Field(name: $0.0, value: $0.1) }
      + (length.map { [HTTP2Field(name: "content-length", value: "\($0)")] } ?? [])
  }

  /// What comes behind the header block: data, and whether the stream ends with it.
  typealias Frames = [(String, Bool)]

  /// The bytes behind the head, up to a failure.
  private static func read(_ fields: [HTTP2Field], _ frames: Frames) -> (given: [String], failure: RequestBytes.Failure?, isEnded: Bool) {
    var request = RequestBytes(headerCount: 10)
    var given: [String] = []
    do throws(RequestBytes.Failure) {
      let head = try request.head(fields, isEnd: false).bytes
      if head != nil { given.append("head") }
      for (text, isEnd) in frames {
        guard let bytes = try request.data(ByteBuffer(string: text), isEnd: isEnd), bytes.readableBytes > 0 else { continue }
        let read = String(buffer: bytes)
        given.append(read.contains("HTTP/1.1") ? "head" : read)
      }
    } catch {
      return (given, error, request.isEnded)
    }
    return (given, nil, request.isEnded)
  }

  @Test(
    "is whole only where its stream ends as it says",
    arguments: [
      ("PUT", 5, [("hello", true)], ["head", "hello"], nil), ("PUT", 5, [("he", false), ("llo", true)], ["head", "he", "llo"], nil),
      ("PUT", 5, [("hello", false), ("", true)], ["head", "hell", "o"], nil),
      ("PUT", 1, [("h", false), ("", false), ("", true)], ["head", "h"], nil),
      ("PUT", 0, [("", false), ("", true)], ["head"], nil), ("GET", nil, [("", true)], ["head"], nil),
      ("PUT", nil, [("hello", false), ("", false), ("you", true)], ["head", "5\r\nhello\r\n", "3\r\nyou\r\n0\r\n\r\n"], nil),
      ("PUT", nil, [("hello", false), ("", true)], ["head", "5\r\nhello\r\n", "0\r\n\r\n"], nil),
      ("PUT", 5, [("hello", false), ("x", true)], ["head", "hell"], .body(.lengthDisagrees)),
      ("PUT", 5, [("hello you", true)], ["head"], .body(.lengthDisagrees)), ("PUT", 5, [("hell", true)], ["head"], .body(.lengthDisagrees)),
      ("PUT", 0, [("GET / HTTP/1.1\r\n\r\n", true)], [], .head(.lengthDisagrees, mayPublish: true)),
      ("GET", nil, [("x", true)], [], .head(.bodyNotAllowed, mayPublish: false)),
      ("DELETE", nil, [("x", true)], [], .head(.bodyNotAllowed, mayPublish: true)),
    ] as [(String, Int?, Frames, [String], RequestBytes.Failure?)])
  func bodies(method: String, length: Int?, frames: Frames, given: [String], failure: RequestBytes.Failure?) {
    let read = Self.read(Self.fields(method, length), frames)
    #expect(read.given == given)
    #expect(read.failure == failure)
    #expect(read.isEnded == (failure == nil))
  }

  @Test("of a wrong head is refused, and that of a read is told apart", arguments: [("GET", false), ("PUT", true)])
  func heads(method: String, mayPublish: Bool) {
    let read = Self.read(Self.fields(method) + [HTTP2Field(name: "A", value: "b")], [])
    #expect(read.failure == .head(.upperCaseFieldName, mayPublish: mayPublish))
  }

  @Test("ends with trailers that say nothing, and only with them") func trailers() throws {
    for (fields, isEnd, failure) in [
      ([("x", "y")], true, nil), ([("x", "y")], false, .body(.malformedPseudoFields)),
      ([(":path", "/")], true, .body(.malformedPseudoFields)),
    ] as [([(String, String)], Bool, RequestBytes.Failure?)] {
      var request = RequestBytes(headerCount: 10)
      _ = try request.head(Self.fields("PUT"), isEnd: false)
      var found: RequestBytes.Failure?
      do throws(RequestBytes.Failure) {
        let last = try request.trailers(fields.map { HTTP2Field(name: $0.0, value: $0.1) }, isEnd: isEnd)
        #expect(last == ByteBuffer(string: "0\r\n\r\n"))
      } catch {
        found = error
      }
      #expect(found == failure)
    }
  }
}
