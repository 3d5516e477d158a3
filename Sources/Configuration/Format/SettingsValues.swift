import Foundation
import PublisherPolicy
import StrictParsers
import TokenVerification

/// The kinds of values that stand in a configuration, each read strictly and reported where it is wrong.
extension SettingsNode {
  /// Digits only, no sign, no leading zero.
  private static func wholeNumber(_ text: some StringProtocol) -> Int64? {
    guard !text.isEmpty, text.utf8.allSatisfy({ ASCII.isDigit($0) }), text.utf8.count == 1 || text.utf8.first != UInt8(ascii: "0") else {
      return nil
    }
    return Int64(text)
  }

  /// A whole number and one of the units, in multiples of which it is counted.
  private static func quantity(_ text: String, units: [(String, Int64)]) -> Int64? {
    for (unit, factor) in units where text.utf8.suffix(unit.utf8.count).elementsEqual(unit.utf8) {
      guard let number = wholeNumber(String(decoding: text.utf8.dropLast(unit.utf8.count), as: UTF8.self)) else { continue }
      let (product, overflow) = number.multipliedReportingOverflow(by: factor)
      return overflow ? nil : product
    }
    return nil
  }

  func duration(_ bounds: ClosedRange<Int64> = 1...31_536_000_000) -> Milliseconds? {
    guard let text = text() else { return nil }
    let units: [(String, Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)]
    guard let value = Self.quantity(text, units: units) else {
      error("\"\(text)\" is not a duration: a whole number and ms, s, m, h or d")
      return nil
    }
    guard bounds.contains(value) else {
      error("must be between \(bounds.lowerBound) ms and \(bounds.upperBound) ms")
      return nil
    }
    return Milliseconds(milliseconds: value)
  }

  func size(_ bounds: ClosedRange<Int64> = 1...(1 << 50)) -> Int64? {
    guard let text = text() else { return nil }
    return size(text, bounds)
  }

  private func size(_ text: String, _ bounds: ClosedRange<Int64>) -> Int64? {
    guard let value = Self.quantity(text, units: [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("B", 1)]) else {
      error("\"\(text)\" is not a size: a whole number and B, KiB, MiB or GiB")
      return nil
    }
    guard bounds.contains(value) else {
      error("must be between \(bounds.lowerBound) B and \(bounds.upperBound) B")
      return nil
    }
    return value
  }

  func rate() -> Int64? {
    guard let text = text() else { return nil }
    guard text.hasSuffix("/s") else {
      error("\"\(text)\" is not a rate: a size and /s")
      return nil
    }
    return size(String(text.dropLast(2)), 1...(1 << 40))
  }

  func count(_ bounds: ClosedRange<Int64>) -> Int? {
    guard let text = text() else { return nil }
    guard let value = Self.wholeNumber(text), bounds.contains(value) else {
      error("must be a whole number between \(bounds.lowerBound) and \(bounds.upperBound)")
      return nil
    }
    return Int(value)
  }

  func flag() -> Bool? {
    guard let text = text() else { return nil }
    switch text {
    case "true": return true
    case "false": return false
    default:
      error("must be true or false")
      return nil
    }
  }

  /// One of an enum's cases, by its raw value.
  func choice<Value: RawRepresentable<String> & CaseIterable>(_ type: Value.Type = Value.self) -> Value? {
    choice(among: Value.allCases.map(\.rawValue)).flatMap { Value(rawValue: $0) }
  }

  /// One of these words.
  ///
  /// - Parameter later: Words that another version knows.
  func choice(among words: [String], later: Set<String> = []) -> String? {
    guard let text = text() else { return nil }
    if words.contains(where: { $0.utf8.elementsEqual(text.utf8) }) { return text }
    if later.contains(text) {
      error("\"\(text)\" is not available in this version")
    } else {
      error("must be \(words.joined(separator: " or "))", suggestion: Spelling.nearest(to: text, among: words))
    }
    return nil
  }

  /// Midnight UTC of a day of ISO 8601: `2027-01-01`.
  func date() -> UnixTime? {
    guard let text = text() else { return nil }
    if let time = UnixTime(day: text) { return time }
    error("\"\(text)\" is not a date: YYYY-MM-DD")
    return nil
  }

  /// `HOST:PORT`, an IPv6 address in brackets. `:PORT` is 127.0.0.1: what other hosts may reach is written out.
  func listenAddress() -> ListenAddress? {
    guard let text = text() else { return nil }
    guard let colon = text.lastIndex(of: ":"), let port = Self.wholeNumber(text[text.index(after: colon)...]), port <= 65535,
      let host = HostName(colon == text.startIndex ? "127.0.0.1" : ExactString(text[..<colon])), host.port == nil
    else {
      error("\"\(text)\" is not an address: HOST:PORT or :PORT")
      return nil
    }
    return ListenAddress(host: host.name.text.filter { $0 != "[" && $0 != "]" }, port: Int(port))
  }

  func webURL() -> WebURL? {
    guard let text = text() else { return nil }
    guard let url = WebURL(text) else {
      error("\"\(text)\" is not a URL: http:// or https://, a host, perhaps a port and a path, and nothing else")
      return nil
    }
    return url
  }

  /// A path, relative to the folder of the file in which it stands.
  func path() -> String? { text().map { Self.resolve($0, from: file) } }

  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  static func resolve(_ path: String, from file: String) -> String {
    if path.hasPrefix("/") { return path }
    guard let slash = file.lastIndex(of: "/") else { return path }
    return "\(file[..<slash])/\(path)"
  }
}
