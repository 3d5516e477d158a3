import StrictParsers
import Testing

@Suite("An inflating stream") struct InflateStreamTests {
  @Test("stops behind its last block, whatever follows")
  func stops() throws {
    let packed = deflated(Array("hello hello hello".utf8))
    var stream = try InflateStream()
    var output = [UInt8](repeating: 0, count: 100)
    var offset = 0
    let chunk = packed + [1, 2, 3]
    #expect(try stream.inflate(chunk.span, at: &offset, into: &output) == 17)
    let state = (stream.isFinished, stream.consumed, stream.produced, offset)
    #expect(state == (true, packed.count, 17, packed.count))
    #expect(try stream.inflate(chunk.span, at: &offset, into: &output) == 0)
    #expect(offset == packed.count)
  }

  @Test("gives nothing for an offset that is none")
  func offsets() throws {
    var stream = try InflateStream()
    var output = [UInt8](repeating: 0, count: 10)
    for place in [-1, 4, Int.max, Int.min] {
      var offset = place
      #expect(try stream.inflate([1, 2, 3].span, at: &offset, into: &output) == 0)
      #expect(offset == place)
    }
  }

  @Test("refuses what is no deflate stream", arguments: [[0xFF], [0x07], [0x01, 1, 0, 1, 0], [0x78, 0x9C, 3, 0, 0]] as [[UInt8]])
  func corrupt(bytes: [UInt8]) throws {
    var stream = try InflateStream()
    var output = [UInt8](repeating: 0, count: 10)
    var offset = 0
    #expect(throws: InflateRefusal.corrupt) { try stream.inflate(bytes.span, at: &offset, into: &output) }
  }
}
