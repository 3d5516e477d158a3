/// BLAKE2b without key and with 32 bytes of output (RFC 7693), which PyPI calls `blake2_256`. libcrypto 3.0 has only the 64-byte kind.
package struct BLAKE2b256: IncrementalDigest {
  package static let length = 32
  private static let blockLength = 128

  private var state = Self.vector
  /// Bytes compressed so far. RFC 7693 counts to 2^128; nobody sends 2^64.
  private var count: UInt64 = 0
  /// Up to one whole block that waits, since the last block is compressed in another way.
  private var pending: [UInt8] = []

  package init() {
    pending.reserveCapacity(Self.blockLength)
    // Parameter block: digest length, no key, fanout 1, depth 1.
    state[0] ^= 0x0101_0000 ^ UInt64(Self.length)
  }

  package mutating func update(_ bytes: RawSpan) {
    var offset = 0
    if !pending.isEmpty {
      offset = min(Self.blockLength - pending.count, bytes.byteCount)
      append(bytes, 0..<offset)
      guard offset < bytes.byteCount else { return }
      compressPending(last: false)
    }
    while bytes.byteCount - offset > Self.blockLength {
      count &+= UInt64(Self.blockLength)
      compress(bytes, at: offset, last: false)
      offset += Self.blockLength
    }
    append(bytes, offset..<bytes.byteCount)
  }

  /// 32 bytes.
  package func finalize() -> [UInt8] {
    var copy = self
    copy.compressPending(last: true)
    var digest: [UInt8] = []
    for index in 0..<Self.length / 8 {
      for shift in stride(from: 0 as UInt64, to: 64, by: 8) { digest.append(UInt8(truncatingIfNeeded: copy.state[index] >> shift)) }
    }
    return digest
  }

  private mutating func append(_ bytes: RawSpan, _ range: Range<Int>) {
    unsafe bytes.extracting(range).withUnsafeBytes { unsafe pending.append(contentsOf: $0) }
  }

  private mutating func compressPending(last: Bool) {
    count &+= UInt64(pending.count)
    while pending.count < Self.blockLength { pending.append(0) }
    let block = pending
    unsafe compress(block.span.bytes, at: 0, last: last)
    pending.removeAll(keepingCapacity: true)
  }

  /// The compression function F (RFC 7693, section 3.2) over the 128 bytes from `offset` on.
  private mutating func compress(_ bytes: RawSpan, at offset: Int, last: Bool) {
    var message = InlineArray<16, UInt64>(repeating: 0)
    for index in 0..<16 {
      message[index] = UInt64(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset + 8 * index, as: UInt64.self))
    }
    var work = InlineArray<16, UInt64>(repeating: 0)
    for index in 0..<8 {
      work[index] = state[index]
      work[index + 8] = Self.vector[index]
    }
    work[12] ^= count
    if last { work[14] = ~work[14] }
    for round in 0..<12 {
      let order = Self.orders[round % 10]
      Self.mix(&work, 0, 4, 8, 12, message[order[0]], message[order[1]])
      Self.mix(&work, 1, 5, 9, 13, message[order[2]], message[order[3]])
      Self.mix(&work, 2, 6, 10, 14, message[order[4]], message[order[5]])
      Self.mix(&work, 3, 7, 11, 15, message[order[6]], message[order[7]])
      Self.mix(&work, 0, 5, 10, 15, message[order[8]], message[order[9]])
      Self.mix(&work, 1, 6, 11, 12, message[order[10]], message[order[11]])
      Self.mix(&work, 2, 7, 8, 13, message[order[12]], message[order[13]])
      Self.mix(&work, 3, 4, 9, 14, message[order[14]], message[order[15]])
    }
    for index in 0..<8 { state[index] ^= work[index] ^ work[index + 8] }
  }

  /// The mixing function G (RFC 7693, section 3.1).
  @inline(__always)
  private static func mix(_ v: inout InlineArray<16, UInt64>, _ a: Int, _ b: Int, _ c: Int, _ d: Int, _ x: UInt64, _ y: UInt64) {
    v[a] = v[a] &+ v[b] &+ x
    v[d] = rotate(v[d] ^ v[a], 32)
    v[c] = v[c] &+ v[d]
    v[b] = rotate(v[b] ^ v[c], 24)
    v[a] = v[a] &+ v[b] &+ y
    v[d] = rotate(v[d] ^ v[a], 16)
    v[c] = v[c] &+ v[d]
    v[b] = rotate(v[b] ^ v[c], 63)
  }

  @inline(__always)
  private static func rotate(_ word: UInt64, _ count: UInt64) -> UInt64 { word &>> count | word &<< (64 &- count) }

  /// The square roots of the first eight primes (RFC 7693, section 2.6).
  private static let vector: InlineArray<8, UInt64> = [
    0x6A09_E667_F3BC_C908, 0xBB67_AE85_84CA_A73B, 0x3C6E_F372_FE94_F82B, 0xA54F_F53A_5F1D_36F1,
    0x510E_527F_ADE6_82D1, 0x9B05_688C_2B3E_6C1F, 0x1F83_D9AB_FB41_BD6B, 0x5BE0_CD19_137E_2179,
  ]

  /// SIGMA (RFC 7693, section 2.7).
  private static let orders: InlineArray<10, InlineArray<16, Int>> = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
  ]
}
