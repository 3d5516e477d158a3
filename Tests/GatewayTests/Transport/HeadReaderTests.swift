import Configuration
import NIOCore
import StrictParsers
import Testing

@testable import Gateway

@Suite("The reader of heads") struct HeadReaderTests {
  private static let budgets = Budgets(Limits(), DescriptorLimits(total: 1024))
  private static let head = Array("PUT /f HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n".utf8)

  private static func buffer(_ text: some StringProtocol) -> ByteBuffer { ByteBuffer(string: String(text)) }

  @Test("finds a head wherever its bytes are cut, and leaves what is behind it") func cuts() throws {
    for cut in 1..<Self.head.count {
      var reader = HeadReader(Limits())
      var first = ByteBuffer(bytes: Self.head.prefix(cut))
      #expect(try reader.read(&first, nil) == nil && reader.hasBegun)
      var second = ByteBuffer(bytes: Self.head.dropFirst(cut) + "body".utf8)
      let head = try #require(try reader.read(&second, nil), "cut at \(cut)")
      #expect(head.method == .put && head.framing == .length(4) && String(buffer: second) == "body")
    }
  }

  @Test(
    "tells by the first bytes whether what came may publish",
    arguments: [
      (["PUT "], true), (["G", "ET /"], false), (["HEAD /"], false), (["GE"], true), (["DELETE /"], true), (["POST"], true),
      (["H", "E"], true),
    ])
  func mayPublish(pieces: [String], expected: Bool) throws {
    var reader = HeadReader(Limits())
    #expect(!reader.hasBegun)
    for piece in pieces {
      var buffer = Self.buffer(piece)
      _ = try reader.read(&buffer, nil)
    }
    #expect(reader.mayPublish == expected && reader.hasBegun)
  }

  @Test("counts a large head in memory, and gives that back") func memory() throws {
    let memory = Self.budgets.memory.reservation(for: .unverified)
    let used = Self.budgets.memory.used
    var reader = HeadReader(Limits())
    var beginning = Self.buffer("PUT /f HTTP/1.1\r\nHost: a\r\nX: ")
    _ = try reader.read(&beginning, memory)
    #expect(Self.budgets.memory.used == used)
    var more = ByteBuffer(repeating: UInt8(ascii: "x"), count: 5000)
    _ = try reader.read(&more, memory)
    _ = try reader.read(&more, memory)
    #expect(Self.budgets.memory.used == used + Int64(Limits().headerBytes))
    reader.release(memory)
    #expect(Self.budgets.memory.used == used)
  }

  @Test("refuses a large head while there is no room, and a head that is not well-formed", arguments: [false, true])
  func failures(isRead: Bool) throws {
    var limits = Limits()
    limits.memoryTotal = 1 << 10
    let budgets = Budgets(limits, DescriptorLimits(total: 1024))
    let method = isRead ? "GET" : "PUT"
    var reader = HeadReader(Limits())
    var large = Self.buffer("\(method) /f HTTP/1.1\r\nX: \(String(repeating: "x", count: 5000))")
    #expect { try reader.read(&large, budgets.memory.reservation(for: .unverified)) } throws: { error in
      guard case .memory(.share(.unverified), _)? = error as? HeadFailure else { return false }
      return true
    }
    var other = HeadReader(Limits())
    var malformed = Self.buffer("\(method) /f HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
    #expect { try other.read(&malformed, nil) } throws: { error in
      guard case .malformed(.repeatedHost, let mayPublish)? = error as? HeadFailure else { return false }
      return mayPublish == !isRead
    }
  }
}
