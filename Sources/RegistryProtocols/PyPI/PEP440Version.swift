package import StrictParsers

/// A version of the public and local scheme of PEP 440. Its numbers stay strings of digits, so that none can overflow.
package struct PEP440Version: Hashable, Sendable {
  private static let longest = 200

  /// Without the white space around it that PEP 440 ignores.
  package let written: ExactString
  /// As the `packaging` library prints it: `1.0-RC.1` is `1.0rc1`. `1.0` and `1.0.0` stay apart, although they are equal.
  package let canonical: ExactString
  /// The canonical form without the zeros at the end of its release, which equal versions share.
  let key: ExactString

  /// `nil` if the text is not a version.
  package init?(_ text: ExactString) {
    let bytes = Array(text.utf8)
    guard let first = bytes.firstIndex(where: { !Self.isSpace($0) }), let last = bytes.lastIndex(where: { !Self.isSpace($0) }),
      last - first < Self.longest
    else { return nil }
    var reader = PEP440Reader(bytes[first...last])
    guard let parts = reader.version() else { return nil }
    written = ExactString(String(decoding: bytes[first...last], as: UTF8.self))
    canonical = ExactString(parts.text(release: parts.release))
    let significant = parts.release.lastIndex { $0 != "0" } ?? 0
    key = ExactString(parts.text(release: Array(parts.release.prefix(significant + 1))))
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  package static func == (left: Self, right: Self) -> Bool { left.key == right.key }

  package func hash(into hasher: inout Hasher) { hasher.combine(key) }
}

/// A version taken apart, its numbers without leading zeros.
private struct PEP440Parts {
  var epoch = "0"
  var release: [String] = []
  var pre: (letters: String, number: String)?
  var post: String?
  var dev: String?
  var local: [String] = []

  func text(release: [String]) -> String {
    var text = epoch == "0" ? "" : "\(epoch)!"
    text += release.joined(separator: ".")
    if let pre { text += "\(pre.letters)\(pre.number)" }
    if let post { text += ".post\(post)" }
    if let dev { text += ".dev\(dev)" }
    if !local.isEmpty { text += "+" + local.joined(separator: ".") }
    return text
  }
}

/// The grammar of PEP 440, appendix B, as functions that move over the text. No function ever has to go back over what it took.
private struct PEP440Reader {
  private var rest: ArraySlice<UInt8>

  init(_ text: ArraySlice<UInt8>) { rest = ASCII.lowercased(text)[...] }

  mutating func version() -> PEP440Parts? {
    var parts = PEP440Parts()
    _ = take("v")
    guard var number = number() else { return nil }
    if take("!") {
      parts.epoch = number
      guard let first = self.number() else { return nil }
      number = first
    }
    parts.release = [number]
    while rest.first == UInt8(ascii: "."), let digit = rest.dropFirst().first, ASCII.isDigit(digit) {
      rest = rest.dropFirst()
      if let next = self.number() { parts.release.append(next) }
    }
    parts.pre = pre()
    parts.post = post()
    parts.dev = labelled(["dev"])?.number
    if take("+") {
      guard let local = local() else { return nil }
      parts.local = local
    }
    return rest.isEmpty ? parts : nil
  }

  private mutating func pre() -> (letters: String, number: String)? {
    // The longer spelling first where one begins with the other.
    guard let (label, number) = labelled(["alpha", "a", "beta", "b", "preview", "pre", "c", "rc"]) else { return nil }
    let letters =
      switch label {
      case "alpha", "a": "a"
      case "beta", "b": "b"
      default: "rc"
      }
    return (letters, number)
  }

  private mutating func post() -> String? {
    if rest.first == UInt8(ascii: "-"), let digit = rest.dropFirst().first, ASCII.isDigit(digit) {
      rest = rest.dropFirst()
      return number()
    }
    return labelled(["post", "rev", "r"])?.number
  }

  private mutating func local() -> [String]? {
    var segments: [String] = []
    repeat {
      let segment = rest.prefix(while: ASCII.isAlphanumeric)
      guard !segment.isEmpty else { return nil }
      rest = rest.dropFirst(segment.count)
      segments.append(segment.allSatisfy(ASCII.isDigit) ? Self.trimmed(segment) : String(decoding: segment, as: UTF8.self))
    } while takeSeparator()
    return segments
  }

  /// A label with a separator before it or none, and behind it a separator or none, and a number or 0.
  private mutating func labelled(_ labels: [String]) -> (label: String, number: String)? {
    let start = rest
    _ = takeSeparator()
    for label in labels where take(label) {
      _ = takeSeparator()
      return (label, number() ?? "0")
    }
    rest = start
    return nil
  }

  private mutating func number() -> String? {
    let digits = rest.prefix(while: ASCII.isDigit)
    guard !digits.isEmpty else { return nil }
    rest = rest.dropFirst(digits.count)
    return Self.trimmed(digits)
  }

  private static func trimmed(_ digits: ArraySlice<UInt8>) -> String {
    let significant = digits.drop { $0 == UInt8(ascii: "0") }
    return significant.isEmpty ? "0" : String(decoding: significant, as: UTF8.self)
  }

  private mutating func take(_ text: String) -> Bool {
    guard rest.starts(with: text.utf8) else { return false }
    rest = rest.dropFirst(text.utf8.count)
    return true
  }

  private mutating func takeSeparator() -> Bool {
    guard let first = rest.first, PyPIName.isSeparator(first) else { return false }
    rest = rest.dropFirst()
    return true
  }
}
