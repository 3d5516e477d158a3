/// Finds a part of the service credential in what a registry answered, in each form in which an echo could carry it.
///
/// A registry that shows a request's fields in an error page, as debug pages do, would hand the credential to whoever provoked the error.
struct CredentialScan: Sendable {
  /// A shorter secret stands in ordinary text by chance.
  static let shortestSecret = 6
  /// So many characters in a row of a secret are an echo of it, or all of a shorter one.
  static let window = 8
  /// How often escapes within escapes are resolved. What then still holds escapes can't be judged.
  private static let rounds = 8

  private let literal: Windows
  private let base64: Windows

  /// `secrets` are the secret values themselves, without the scheme that may precede them in a field.
  init(secrets: [[UInt8]]) {
    let secrets = secrets.filter { $0.count >= Self.shortestSecret }
    literal = Windows(of: secrets)
    base64 = Windows(of: secrets.flatMap { secret in (0..<3).map { Self.base64Core(of: secret, after: $0) } })
  }

  /// Whether `text` holds a part of a secret, as it stands or after its escapes are resolved, or holds escapes that are nested too deep to tell.
  func finds(in text: [UInt8]) -> Bool {
    guard !literal.isEmpty else { return false }
    if findsNested(in: text) { return true }
    guard text.contains(UInt8(ascii: "+")) else { return false }
    return findsNested(in: text.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 })
  }

  private func findsNested(in text: [UInt8]) -> Bool {
    if isHeld(in: text) { return true }
    var text = text
    for _ in 0..<Self.rounds {
      var didResolve = false
      for escape in TextEscape.allCases {
        guard let resolved = escape.resolved(text) else { continue }
        if isHeld(in: resolved) { return true }
        text = resolved
        didResolve = true
      }
      if !didResolve { return false }
    }
    return true
  }

  // MARK: - One text without its escapes

  private func isHeld(in text: [UInt8]) -> Bool {
    var plain: UInt64 = 0
    var encoded: UInt64 = 0
    var digits: UInt64 = 0
    for byte in text {
      plain = plain << 8 | UInt64(byte)
      if literal.holds(plain) { return true }
      if let character = Self.base64Character(byte) {
        encoded = encoded << 8 | UInt64(character)
        if base64.holds(encoded) { return true }
      }
      if let digit = ASCIIDigits.hexadecimal(byte) {
        digits = digits << 4 | UInt64(digit)
        if literal.holds(digits) { return true }
      } else if !Self.separators.contains(byte) {
        digits = 0
      }
    }
    return false
  }

  /// What may stand between the digits of a fingerprint or of a dump.
  private static let separators = Set(" \t\r\n:-,.".utf8)

  /// The character of the standard alphabet that stands for the same bits; `nil` for what may stand between two of them.
  private static func base64Character(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
    case UInt8(ascii: "+"), UInt8(ascii: "-"): UInt8(ascii: "+")
    case UInt8(ascii: "/"), UInt8(ascii: "_"): UInt8(ascii: "/")
    default: nil
    }
  }

  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// The characters of the base64 text that only `secret` decides, where `skipped` bytes of something else precede it in its group of three.
  private static func base64Core(of secret: [UInt8], after skipped: Int) -> [UInt8] {
    let bytes = [UInt8](repeating: 0, count: skipped) + secret
    var characters: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
      for shift in stride(from: 18, through: 0, by: -6) { characters.append(alphabet[Int(bits >> UInt32(shift) & 63)]) }
    }
    let undecidedAtStart = [0, 2, 3][skipped]
    return Array(characters[undecidedAtStart..<max(undecidedAtStart, bytes.count * 8 / 6)])
  }

  /// Runs of characters, each packed into a number: one look at a text finds any of them.
  private struct Windows: Sendable {
    private var lengths: [(mask: UInt64, values: Set<UInt64>)] = []

    init(of texts: [[UInt8]]) {
      var values: [Int: Set<UInt64>] = [:]
      for text in texts {
        let length = min(text.count, CredentialScan.window)
        for start in 0...(text.count - length) {
          values[length, default: []].insert(text[start..<(start + length)].reduce(0) { $0 << 8 | UInt64($1) })
        }
      }
      lengths = values.map { (.max >> UInt64(64 - 8 * $0.key), $0.value) }
    }

    var isEmpty: Bool { lengths.isEmpty }
    func holds(_ recent: UInt64) -> Bool { lengths.contains { $0.values.contains(recent & $0.mask) } }
  }
}
