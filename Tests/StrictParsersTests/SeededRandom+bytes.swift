import TestSupport

extension SeededRandom {
  /// The bytes in chunks of random lengths, an empty one among them now and then.
  mutating func split(_ bytes: [UInt8], upTo longest: Int) -> [[UInt8]] {
    var chunks: [[UInt8]] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let chunk = rest.prefix(Int.random(in: 0...longest, using: &self))
      chunks.append(Array(chunk))
      rest = rest.dropFirst(chunk.count)
    }
    return chunks
  }

  /// The bytes with one to three of them changed, dropped, doubled or moved.
  mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &self) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &self)
      let length = Int.random(in: 1...8, using: &self)
      let piece = Array(bytes[place...].prefix(length))
      switch Int.random(in: 0..<6, using: &self) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &self)
      case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
      case 2: bytes.removeSubrange(place..<place + piece.count)
      case 3: bytes.insert(contentsOf: piece, at: Int.random(in: 0...bytes.count, using: &self))
      case 4: bytes.removeSubrange(place...)
      default: for index in place..<place + piece.count { bytes[index] = [0x00, 0xFF, 0x0A, 0x7F][index & 3] }
      }
    }
    return bytes
  }
}
