/// Whole seconds since 1970-01-01T00:00:00Z, between 0 and 2^40, so that no sum of two of them can overflow.
package struct UnixTime: Hashable, Comparable, Sendable {
  package static let bounds: ClosedRange<Int64> = 0...(1 << 40)
  package static let latest = UnixTime(clamping: bounds.upperBound)
  package let seconds: Int64

  /// Nil outside of `bounds`.
  package init?(_ seconds: Int64) {
    guard Self.bounds.contains(seconds) else { return nil }
    self.seconds = seconds
  }

  private init(clamping seconds: Int64) { self.seconds = min(max(seconds, Self.bounds.lowerBound), Self.bounds.upperBound) }

  /// Stays within `bounds`.
  package func advanced(by seconds: Int64) -> UnixTime {
    let (sum, overflow) = self.seconds.addingReportingOverflow(seconds)
    return UnixTime(clamping: overflow ? (seconds > 0 ? .max : .min) : sum)
  }

  package static func < (left: Self, right: Self) -> Bool { left.seconds < right.seconds }
}
