/// Finds the service credential in what a registry answered, in each form in which an echo could carry it.
///
/// A registry that shows a request's fields in an error page, as debug pages do, would hand the credential to whoever provoked the error.
struct CredentialScan: Sendable {
  /// A shorter secret stands in ordinary text by chance; what is derived from it in full is still looked for.
  static let shortestSecret = 6

  private let needles: [[UInt8]]

  /// `secrets` are the secret values themselves: the password, the whole field value, the token.
  init(secrets: [[UInt8]]) {
    var needles: Set<[UInt8]> = []
    for secret in secrets where secret.count >= Self.shortestSecret {
      needles.insert(secret)
      for alphabet in [Self.standard, Self.urlSafe] {
        for skipped in 0..<3 { needles.insert(Self.base64Core(of: secret, after: skipped, alphabet: alphabet)) }
      }
      needles.insert(Self.hexadecimal(secret, digits: Array("0123456789abcdef".utf8)))
      needles.insert(Self.hexadecimal(secret, digits: Array("0123456789ABCDEF".utf8)))
    }
    self.needles = needles.filter { $0.count >= Self.shortestSecret }.sorted { $0.count < $1.count }
  }

  /// Whether `text` holds a secret as it stands, or after percent, JSON or HTML escapes are resolved.
  func finds(in text: [UInt8]) -> Bool {
    if contains(text) { return true }
    for resolve in [Self.percentResolved, Self.backslashResolved, Self.entitiesResolved] {
      if let resolved = resolve(text), contains(resolved) { return true }
    }
    return false
  }

  private func contains(_ text: [UInt8]) -> Bool { needles.contains { text.contains($0) } }

  // MARK: The forms of a secret

  private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let urlSafe = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  /// The characters of the base64 text that only `secret` decides, where `skipped` bytes of something else precede it in its group of three.
  private static func base64Core(of secret: [UInt8], after skipped: Int, alphabet: [UInt8]) -> [UInt8] {
    let bytes = [UInt8](repeating: 0, count: skipped) + secret
    var characters: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
      for shift in stride(from: 18, through: 0, by: -6) { characters.append(alphabet[Int(bits >> UInt32(shift) & 63)]) }
    }
    let undecidedAtStart = [0, 2, 3][skipped]
    let decidedBits = bytes.count * 8
    return Array(characters[undecidedAtStart..<max(undecidedAtStart, decidedBits / 6)])
  }

  private static func hexadecimal(_ bytes: [UInt8], digits: [UInt8]) -> [UInt8] {
    bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
  }

  // MARK: Escapes, resolved as leniently as any reader might

  private static func percentResolved(_ text: [UInt8]) -> [UInt8]? {
    resolving(text, mark: UInt8(ascii: "%")) { rest in
      guard rest.count >= 3, let value = hexadecimalValue(rest.dropFirst().prefix(2)) else { return nil }
      return (UInt8(truncatingIfNeeded: value), 3)
    }
  }

  private static func backslashResolved(_ text: [UInt8]) -> [UInt8]? {
    resolving(text, mark: UInt8(ascii: "\\")) { rest in
      guard let kind = rest.dropFirst().first else { return nil }
      switch kind {
      case UInt8(ascii: "u"):
        guard rest.count >= 6, let value = hexadecimalValue(rest.dropFirst(2).prefix(4)), value < 256 else { return nil }
        return (UInt8(truncatingIfNeeded: value), 6)
      case UInt8(ascii: "x"):
        guard rest.count >= 4, let value = hexadecimalValue(rest.dropFirst(2).prefix(2)) else { return nil }
        return (UInt8(truncatingIfNeeded: value), 4)
      default: return (kind, 2)
      }
    }
  }

  private static let namedEntities: [(name: [UInt8], byte: UInt8)] = [
    (Array("&amp;".utf8), UInt8(ascii: "&")), (Array("&lt;".utf8), UInt8(ascii: "<")), (Array("&gt;".utf8), UInt8(ascii: ">")),
    (Array("&quot;".utf8), UInt8(ascii: "\"")), (Array("&apos;".utf8), UInt8(ascii: "'")),
  ]

  private static func entitiesResolved(_ text: [UInt8]) -> [UInt8]? {
    resolving(text, mark: UInt8(ascii: "&")) { rest in
      if let entity = namedEntities.first(where: { rest.starts(with: $0.name) }) { return (entity.byte, entity.name.count) }
      guard rest.starts(with: [UInt8(ascii: "&"), UInt8(ascii: "#")]), let end = rest.prefix(10).firstIndex(of: UInt8(ascii: ";")) else {
        return nil
      }
      let digits = rest[(rest.startIndex + 2)..<end]
      let isHexadecimal = digits.first.map { $0 | 0x20 } == UInt8(ascii: "x")
      let value = isHexadecimal ? hexadecimalValue(digits.dropFirst()) : decimalValue(digits)
      guard let value, value < 256 else { return nil }
      return (UInt8(truncatingIfNeeded: value), end + 1 - rest.startIndex)
    }
  }

  /// Nil where no `mark` stands in the text.
  private static func resolving(
    _ text: [UInt8], mark: UInt8, _ escape: (ArraySlice<UInt8>) -> (byte: UInt8, length: Int)?
  ) -> [UInt8]? {
    guard text.contains(mark) else { return nil }
    var resolved: [UInt8] = []
    resolved.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      if text[index] == mark, let (byte, length) = escape(text[index...]) {
        resolved.append(byte)
        index += length
      } else {
        resolved.append(text[index])
        index += 1
      }
    }
    return resolved
  }

  private static func hexadecimalValue(_ digits: ArraySlice<UInt8>) -> Int? { value(of: digits, radix: 16) }
  private static func decimalValue(_ digits: ArraySlice<UInt8>) -> Int? { value(of: digits, radix: 10) }

  private static func value(of digits: ArraySlice<UInt8>, radix: Int) -> Int? {
    guard !digits.isEmpty, digits.count <= 6 else { return nil }
    var value = 0
    for digit in digits {
      guard let number = Character(Unicode.Scalar(digit)).hexDigitValue, number < radix else { return nil }
      value = value * radix + number
    }
    return value
  }
}

extension [UInt8] {
  /// Whether `needle` stands in it: a search by its first byte, then a comparison.
  fileprivate func contains(_ needle: [UInt8]) -> Bool {
    guard let first = needle.first, count >= needle.count else { return false }
    var start = 0
    while let found = self[start...(count - needle.count)].firstIndex(of: first) {
      if self[found..<(found + needle.count)].elementsEqual(needle) { return true }
      start = found + 1
      if start > count - needle.count { return false }
    }
    return false
  }
}
