import NIOCore
import NIOHTTP2
import StrictParsers
import Testing

@testable import Gateway

@Suite("An answer as frames of HTTP/2") struct ResponseFramesTests {
  /// Frames as text: the fields of a block, or data; a dot marks the end of the stream.
  private static func text(_ frames: [HTTP2Frame.FramePayload]) -> [String] {
    frames.map { frame in
      switch frame {
      case .headers(let block):
        block.headers.map { "\($0.name)=\($0.value)" }.joined(separator: " ") + (block.endStream ? "." : "")
      case .data(let data):
        if case .byteBuffer(let buffer) = data.data { String(buffer: buffer) + (data.endStream ? "." : "") } else { "file" }
      default: "other"
      }
    }
  }

  private static func frames(_ bytes: String, of method: HTTPMethod = .put, pieces: Int = .max) throws -> (
    frames: [String], isComplete: Bool
  ) {
    var response = ResponseFrames(answering: method)
    var frames: [HTTP2Frame.FramePayload] = []
    var rest = ByteBuffer(string: bytes)
    while let piece = rest.readSlice(length: min(pieces, rest.readableBytes)), piece.readableBytes > 0 {
      frames += try response.read(piece)
    }
    return (text(frames), response.isComplete)
  }

  @Test(
    "says the same, without what is said of one connection",
    arguments: [
      (
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\nX-A: b\r\n\r\nhello",
        [":status=200 content-length=5 x-a=b", "hello."]
      ),
      ("HTTP/1.1 204 \r\nKeep-Alive: x\r\n\r\n", [":status=204."]),
      ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", [":status=200 content-length=0."]),
      ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\nyou\r\n0\r\n\r\n", [":status=200", "helloyou."]),
      (
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno",
        [":status=100", ":status=403 content-length=2", "no."]
      ),
    ])
  func said(bytes: String, frames: [String]) throws {
    let found = try Self.frames(bytes)
    #expect(found.frames == frames && found.isComplete)
    let bytewise = try Self.frames(bytes, pieces: 1)
    #expect(bytewise.frames.joined().filter { $0 != "." } == frames.joined().filter { $0 != "." } && bytewise.isComplete)
  }

  @Test("to HEAD has no data whatever it announces") func head() throws {
    #expect(try Self.frames("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", of: .head).frames == [":status=200 content-length=5."])
  }

  @Test("that its connection's end would end is ended") func untilClose() throws {
    var response = ResponseFrames(answering: .get)
    #expect(Self.text(try response.read(ByteBuffer(string: "HTTP/1.1 200 OK\r\n\r\nhello"))) == [":status=200", "hello"])
    #expect(response.endsWithConnection && !response.isComplete)
    #expect(Self.text([response.end()]) == ["."] && response.isComplete)
  }

  @Test("comes in pieces that a client can be seen to take") func large() throws {
    let frames = try Self.frames("HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n" + String(repeating: "x", count: 20_000)).frames
    #expect(frames.dropFirst().map(\.utf8.count) == [8192, 8192, 3617])
  }

  @Test("that is none is not translated") func malformed() {
    #expect(throws: HTTPRefusal.malformedVersion) { try Self.frames("HTTQ/1.1 200 OK\r\n\r\n") }
  }
}
