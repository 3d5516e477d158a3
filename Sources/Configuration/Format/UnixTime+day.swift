import StrictParsers
import TokenVerification

extension UnixTime {
  /// Midnight UTC of a day that is written `2027-01-01`.
  init?(day text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    let isShaped = parts.map(\.utf8.count) == [4, 2, 2] && parts.allSatisfy { $0.utf8.allSatisfy { ASCII.isDigit($0) } }
    guard isShaped, let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]) else { return nil }
    self.init(year: year, month: month, day: day)
  }

  /// Midnight UTC of a day of the Gregorian calendar; `nil` if there is no such day.
  init?(year: Int, month: Int, day: Int) {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard (1970...9999).contains(year), (1...12).contains(month), (1...lengths[month - 1]).contains(day) else { return nil }
    let leapDays = (1970..<year).count { $0 % 4 == 0 && ($0 % 100 != 0 || $0 % 400 == 0) }
    let days = (year - 1970) * 365 + leapDays + lengths[..<(month - 1)].reduce(0, +) + day - 1
    self.init(Int64(days) * 86_400)
  }
}
