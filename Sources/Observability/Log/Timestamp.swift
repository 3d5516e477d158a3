import Glibc
package import TokenVerification

/// Whole milliseconds since 1970-01-01T00:00:00Z, up to the end of the year 9999, since RFC 3339 writes four digits of it.
package struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
  package static let bounds: ClosedRange<Int64> = 0...253_402_300_799_999
  package let milliseconds: Int64

  /// Stays within `bounds`.
  package init(milliseconds: Int64) {
    self.milliseconds = min(max(milliseconds, Self.bounds.lowerBound), Self.bounds.upperBound)
  }

  /// The system's clock, for the one place that hands it to all others.
  package static func now() -> Timestamp {
    var time = timespec()
    guard unsafe clock_gettime(CLOCK_REALTIME, &time) == 0 else {
      return Timestamp(milliseconds: 0)
    }
    let (whole, overflow) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1000)
    return Timestamp(
      milliseconds: overflow ? bounds.upperBound : whole &+ Int64(time.tv_nsec) / 1_000_000)
  }

  /// The same without its fraction.
  package var unixTime: UnixTime? { UnixTime(milliseconds / 1000) }

  /// RFC 3339 in UTC with three digits of fraction.
  package var description: String {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

  /// RFC 3339 in UTC with three digits of fraction: 24 bytes.
  func append(to bytes: inout [UInt8]) {
    let (seconds, fraction) = milliseconds.quotientAndRemainder(dividingBy: 1000)
    let (days, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
    let date = CivilDate(daysSinceEpoch: days)
    bytes.append(decimal: date.year, digits: 4)
    bytes.append(UInt8(ascii: "-"))
    bytes.append(decimal: date.month, digits: 2)
    bytes.append(UInt8(ascii: "-"))
    bytes.append(decimal: date.day, digits: 2)
    bytes.append(UInt8(ascii: "T"))
    bytes.append(decimal: second / 3600, digits: 2)
    bytes.append(UInt8(ascii: ":"))
    bytes.append(decimal: second / 60 % 60, digits: 2)
    bytes.append(UInt8(ascii: ":"))
    bytes.append(decimal: second % 60, digits: 2)
    bytes.append(UInt8(ascii: "."))
    bytes.append(decimal: fraction, digits: 3)
    bytes.append(UInt8(ascii: "Z"))
  }
}

extension [UInt8] {
  /// The last `digits` decimal digits of a number that is not negative.
  fileprivate mutating func append(decimal value: Int64, digits: Int) {
    var unit: Int64 = 1
    for _ in 1..<digits { unit *= 10 }
    while unit > 0 {
      append(0x30 &+ UInt8(truncatingIfNeeded: value / unit % 10))
      unit /= 10
    }
  }
}

extension UnixTime {
  /// Its first millisecond.
  package var moment: Timestamp { Timestamp(milliseconds: seconds * 1000) }
}
