/// The name of one request, in its answer, its record and the log: a ULID, so that names sort by time.
package struct RequestID: Hashable, Sendable, CustomStringConvertible {
  private static let alphabet: [UInt8] = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

  private let high: UInt64
  private let low: UInt64

  /// 48 bits of time and 80 bits of randomness.
  package init(at time: Timestamp, using randomness: inout some RandomNumberGenerator) {
    let random: UInt64 = randomness.next()
    high = UInt64(truncatingIfNeeded: time.milliseconds) << 16 | random >> 48
    low = randomness.next()
  }

  /// 26 characters of Crockford's base 32.
  package var description: String {
    unsafe String(unsafeUninitializedCapacity: 26) { digits in
      for position in 0..<26 {
        let shift = 125 - 5 * position
        let value =
          switch shift {
          case 64...: high >> UInt64(shift - 64)
          case 60..<64: high << UInt64(64 - shift) | low >> UInt64(shift)
          default: low >> UInt64(shift)
          }
        unsafe digits[position] = Self.alphabet[Int(value & 31)]
      }
      return 26
    }
  }
}
