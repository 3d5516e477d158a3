import Configuration
import Digests
import NIOCore
import Testing

@testable import Gateway

@Suite("The digest of a stream") struct StreamDigestTests {
  private static func pieces(_ sizes: [Int]) -> [ByteBuffer] {
    sizes.enumerated().map { number, size in ByteBuffer(bytes: (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number) }) }
  }

  private static func digest(_ pieces: [ByteBuffer], _ memory: Reservation) async -> (SHA256Digest, wasComputedHere: Bool) {
    let digest = StreamDigest([], memory)
    for piece in pieces where !digest.hashAtOnce(piece) { await digest.update(piece) }
    if let value = digest.value { return (value.sha256, true) }
    return (await digest.finish().sha256, false)
  }

  @Test(
    "is that of all its bytes, wherever it is computed",
    arguments: [
      ([], true), ([1], true), ([1, 2, 3], true), ([65_536], true), ([65_535, 1], true), ([65_536, 1], false), ([65_537], false),
      ([100, 70_000, 5, 6], false), ([1 << 20, 1 << 20, 1 << 20, 1 << 20, 3], false),
    ])
  func value(sizes: [Int], here: Bool) async {
    let budgets = Budgets(Limits(), DescriptorLimits(total: 1024))
    let memory = budgets.memory.reservation(for: .unverified)
    let pieces = Self.pieces(sizes)
    let (value, wasComputedHere) = await Self.digest(pieces, memory)
    #expect(value == SHA256.digest(of: pieces.flatMap { Array($0.readableBytesView) }))
    #expect(wasComputedHere == here)
    #expect(budgets.memory.used == 0)
  }

  @Test("is computed all the same while there is no room for bytes that wait") func noRoom() async {
    var limits = Limits()
    limits.memoryTotal = 1 << 10
    let memory = Budgets(limits, DescriptorLimits(total: 1024)).memory.reservation(for: .unverified)
    let pieces = Self.pieces([70_000, 70_000])
    #expect(await Self.digest(pieces, memory).0 == SHA256.digest(of: pieces.flatMap { Array($0.readableBytesView) }))
  }
}
