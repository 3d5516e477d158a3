import NIOCore
import Testing

@testable import Gateway

@Suite("The frames of a connection of HTTP/2") struct FrameMeterTests {
  private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
  private static let start = NIODeadline.uptimeNanoseconds(0)

  private static func frame(_ type: UInt8, flags: UInt8 = 0, length: Int) -> [UInt8] {
    [UInt8(length >> 16 & 0xFF), UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF), type, flags, 0, 0, 0, 1]
      + Array(repeating: 0, count: length)
  }

  private static func meter() throws -> FrameMeter {
    var meter = FrameMeter(at: start)
    try meter.read(preface.span, at: start)
    return meter
  }

  @Test("are told apart in pieces of any size, up to one that is too large", arguments: [1, 5, 4096])
  func pieces(size: Int) throws {
    let bytes =
      Self.preface + Self.frame(4, length: 6) + Self.frame(1, length: 40) + Self.frame(0, length: 300) + Self.frame(0, flags: 1, length: 0)
      + Self.frame(0, length: 16_384)
    var meter = FrameMeter(at: Self.start)
    for start in stride(from: 0, to: bytes.count, by: size) {
      let piece = Array(bytes[start..<min(bytes.count, start + size)])
      try meter.read(piece.span, at: Self.start)
    }
    #expect(throws: FrameMeter.Flood.self) { try meter.read(Self.frame(0, length: 16_385).span, at: Self.start) }
  }

  @Test("with few bytes of data count for less") func few() throws {
    var meter = try Self.meter()
    let one = Self.frame(0, length: 1)
    for _ in 0..<(16 * (FrameMeter.stock + 1) - 1) { try meter.read(one.span, at: Self.start) }
    #expect(throws: FrameMeter.Flood.self) { try meter.read(one.span, at: Self.start) }
  }

  @Test(
    "that bring nothing are bounded",
    arguments: [(2, 5), (3, 4), (4, 0), (6, 8), (7, 8), (8, 4), (9, 0), (0, 0), (0x42, 3)] as [(UInt8, Int)])
  func floods(type: UInt8, length: Int) throws {
    var meter = try Self.meter()
    let one = Self.frame(type, length: length)
    for _ in 0..<FrameMeter.stock { try meter.read(one.span, at: Self.start) }
    #expect(throws: FrameMeter.Flood.self) { try meter.read(one.span, at: Self.start) }
  }

  @Test("that bring something are not", arguments: [(0, 256, 0), (0, 1, 0), (0, 0, 1), (1, 10, 0), (9, 10, 0)] as [(UInt8, Int, UInt8)])
  func work(type: UInt8, length: Int, flags: UInt8) throws {
    var meter = try Self.meter()
    let one = Self.frame(type, flags: flags, length: length)
    for _ in 0...(2 * FrameMeter.stock) { try meter.read(one.span, at: Self.start) }
  }

  @Test("that acknowledge what was sent are not counted against the client, nor are few in a long time") func credit() throws {
    var meter = try Self.meter()
    let update = Self.frame(8, length: 4)
    for _ in 0...FrameMeter.stock {
      meter.dataWasSent()
      for _ in 0..<2 { try meter.read(update.span, at: Self.start) }
    }
    for second in 0...100 {
      for _ in 0..<50 { try meter.read(update.span, at: Self.start + .seconds(Int64(second))) }
    }
  }
}
