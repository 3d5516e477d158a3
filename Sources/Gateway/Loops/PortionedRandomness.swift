import Digests

/// Random numbers that are drawn from the cryptographic generator in portions, for one thread.
struct PortionedRandomness: RandomNumberGenerator {
  private static let portion = 64

  private var numbers: [UInt64] = []

  mutating func next() -> UInt64 {
    if numbers.isEmpty { numbers = Self.draw() }
    return numbers.removeLast()
  }

  private static func draw() -> [UInt64] {
    guard let bytes = try? SecureRandom.bytes(portion * 8) else {
      var system = SystemRandomNumberGenerator()
      return (0..<portion).map { _ in system.next() }
    }
    return (0..<portion).map { number in bytes[(number * 8)..<(number * 8 + 8)].reduce(0) { $0 << 8 | UInt64($1) } }
  }
}
