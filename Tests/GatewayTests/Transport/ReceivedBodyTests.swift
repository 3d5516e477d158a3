import NIOCore
import StrictParsers
import Testing

@testable import Gateway

@Suite("A received body") struct ReceivedBodyTests {
  @Test("gathers small chunks, so that the number of pieces does not grow with the number of chunks", arguments: [1000, 10_000, 40_000])
  func gathers(chunks: Int) throws {
    var body = ReceivedBody(.chunked)
    body.append(ByteBuffer(string: String(repeating: "1\r\nx\r\n", count: chunks) + "0\r\n\r\nrest"))
    var pieces: [Int] = []
    while let piece = try body.next() { pieces.append(piece.readableBytes) }
    #expect(pieces.reduce(0, +) == chunks)
    #expect(pieces.count <= chunks / (32 << 10) + 1)
    #expect(body.isComplete)
    #expect(String(buffer: body.takeRest()) == "rest")
  }

  @Test("passes a large chunk on by itself")
  func large() throws {
    var body = ReceivedBody(.chunked)
    let data = String(repeating: "x", count: 64 << 10)
    body.append(ByteBuffer(string: "10000\r\n\(data)\r\n10000\r\n\(data)\r\n"))
    #expect(try body.next()?.readableBytes == 64 << 10)
    #expect(try body.next()?.readableBytes == 64 << 10)
    #expect(try body.next() == nil)
    #expect(!body.isComplete)
  }
}
