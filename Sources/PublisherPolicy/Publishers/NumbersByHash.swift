/// Finds numbers by hashes. It takes ten to twelve bytes for each number, and a look-up reads two places in memory, however many there are.
struct NumbersByHash: Sendable {
  private struct Entry {
    let hash: UInt32
    let number: Int32
  }

  /// Bucket by bucket, and within each in the order in which they were given.
  private let entries: [Entry]
  /// Where each bucket begins, and behind those where the last one ends. The first bits of a hash are its bucket's number.
  private let starts: [Int32]
  private let shift: Int

  /// Fewer than 2^31.
  init(_ found: [(hash: Int, number: Int32)]) {
    let bits = max(Int.bitWidth - found.count.leadingZeroBitCount - 1, 0)
    let shift = UInt.bitWidth - bits
    self.shift = shift
    var starts = [Int32](repeating: 0, count: (1 << bits) + 1)
    for (hash, _) in found { starts[Self.bucket(of: hash, shift) + 1] += 1 }
    for bucket in 1..<starts.count { starts[bucket] += starts[bucket - 1] }
    self.starts = starts
    var free = starts
    var entries = [Entry](repeating: Entry(hash: 0, number: 0), count: found.count)
    for (hash, number) in found {
      let bucket = Self.bucket(of: hash, shift)
      entries[Int(free[bucket])] = Entry(hash: UInt32(truncatingIfNeeded: hash), number: number)
      free[bucket] += 1
    }
    self.entries = entries
  }

  private static func bucket(of hash: Int, _ shift: Int) -> Int { Int(UInt(bitPattern: hash) >> shift) }

  /// Those of this hash in the order in which they were given, and very rarely some of another.
  subscript(hash: Int) -> [Int] {
    let bucket = Self.bucket(of: hash, shift)
    var found: [Int] = []
    for index in starts[bucket]..<starts[bucket + 1] where entries[Int(index)].hash == UInt32(truncatingIfNeeded: hash) {
      found.append(Int(entries[Int(index)].number))
    }
    return found
  }
}
