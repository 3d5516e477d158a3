package import StrictParsers

/// Finds the service credential in what a registry answered, in each form in which an echo could carry it.
///
/// A registry that shows a request's fields in an error page, as debug pages do, would hand the credential to the client that provoked the error.
package struct CredentialScan: Sendable {
  /// What a text holds.
  package enum Finding: Int, Comparable, Sendable {
    case nothing
    /// A part of a secret, which an ordinary word may be, or escapes that are nested too deep to tell.
    case part
    /// All of a secret.
    case whole

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  /// A shorter secret stands in ordinary text by chance.
  static let shortestSecret = 6
  /// So many characters in a row of a secret are a part of it.
  static let window = 8

  private let literal: RunsOfCharacters
  private let base64: RunsOfCharacters

  /// `secrets` are the secret values themselves, without the scheme that may precede them in a field.
  package init(secrets: [[UInt8]]) {
    let secrets = secrets.filter { $0.count >= Self.shortestSecret }.flatMap(Self.spellings)
    literal = RunsOfCharacters(of: secrets, length: Self.window)
    base64 = RunsOfCharacters(of: secrets.flatMap { secret in (0..<3).map { Base64Text.core(of: secret, after: $0) } }, length: Self.window)
  }

  /// The most of a secret that `text` holds, as it stands or after its escapes are resolved.
  package func finding(in text: [UInt8]) -> Finding {
    do throws(Unfinished) { return try finding(in: text, within: WorkBudget { false }) } catch { return .part }
  }

  /// The same of a text that may be long and made to be slow.
  ///
  /// - Parameter budget: Asked before each reading of the text.
  package func finding(in text: [UInt8], within budget: WorkBudget) throws(Unfinished) -> Finding {
    guard !literal.isEmpty, text.count >= Self.shortestSecret else { return .nothing }
    let found = try nestedFinding(in: text, within: budget)
    guard found < .whole, text.contains(UInt8(ascii: "+")) else { return found }
    return max(found, try nestedFinding(in: text.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }, within: budget))
  }

  /// The work was used up before the text was searched.
  package struct Unfinished: Error, Hashable {}

  private func nestedFinding(in text: [UInt8], within budget: WorkBudget) throws(Unfinished) -> Finding {
    var found = Finding.nothing
    var isSpent = false
    let isResolved = TextEscape.readings(of: text) { reading in
      isSpent = budget.isSpent
      if isSpent { return true }
      if holdsPart(reading) { found = max(found, holdsWhole(reading) ? .whole : .part) }
      return found == .whole
    }
    if isSpent { throw Unfinished() }
    return isResolved ? found : max(found, .part)
  }

  /// A secret as it was sent, and as a server writes it that reads or writes ISO 8859-1 where the other is UTF-8.
  private static func spellings(of secret: [UInt8]) -> [[UInt8]] {
    guard secret.contains(where: { $0 >= 0x80 }) else { return [secret] }
    let misread = String(String.UnicodeScalarView(secret.map { Unicode.Scalar($0) }))
    let scalars = String(validating: secret, as: UTF8.self).map { Array($0.unicodeScalars) } ?? []
    let latin = scalars.compactMap { UInt8(exactly: $0.value) }
    return [secret, Array(misread.utf8)] + (latin.count == scalars.count && latin.count >= shortestSecret ? [latin] : [])
  }

  // MARK: - One text without its escapes

  private func holdsPart(_ text: [UInt8]) -> Bool {
    var plain: UInt64 = 0
    var encoded: UInt64 = 0
    let bytes = text.span
    for place in bytes.indices {
      let byte = bytes[place]
      plain = plain << 8 | UInt64(byte)
      if literal.hold(plain) { return true }
      if let character = Base64Text.character(byte) {
        encoded = encoded << 8 | UInt64(character)
        if base64.hold(encoded) { return true }
      }
    }
    return ByteDump.hexadecimal(text) { literal.stand(in: $0, bitsOfEach: 4) }
      || ByteDump.decimal(text) { literal.stand(in: $0, bitsOfEach: 8) }
  }

  private func holdsWhole(_ text: [UInt8]) -> Bool {
    if literal.texts.contains(where: { text.holds($0) }) { return true }
    let characters = text.compactMap(Base64Text.character)
    if base64.texts.contains(where: { characters.holds($0) }) { return true }
    let digits = literal.texts.map { $0.flatMap { [$0 >> 4, $0 & 15] } }
    return ByteDump.hexadecimal(text) { run in digits.contains { run.holds($0) } }
      || ByteDump.decimal(text) { run in literal.texts.contains { run.holds($0) } }
  }
}

/// Texts, and the runs of a few characters that they are made of, each packed into a number: one look at a text finds any of them.
private struct RunsOfCharacters: Sendable {
  let texts: [[UInt8]]
  private var lengths: [(mask: UInt64, values: Set<UInt64>)] = []
  /// Whether a run ends with this byte. Few texts have many of these.
  private var isLast = [Bool](repeating: false, count: 256)

  init(of texts: [[UInt8]], length: Int) {
    self.texts = texts
    var values: [Int: Set<UInt64>] = [:]
    for text in texts {
      let length = min(text.count, length)
      for start in 0...(text.count - length) {
        values[length, default: []].insert(text[start..<(start + length)].reduce(0) { $0 << 8 | UInt64($1) })
      }
    }
    lengths = values.map { (.max >> UInt64(64 - 8 * $0.key), $0.value) }
    for value in values.values.joined() { isLast[Int(value & 0xFF)] = true }
  }

  var isEmpty: Bool { texts.isEmpty }

  /// Whether one of them stands among units of so many bits.
  func stand(in units: [UInt8], bitsOfEach bits: UInt64) -> Bool {
    var recent: UInt64 = 0
    return units.contains { unit in
      recent = recent << bits | UInt64(unit)
      return hold(recent)
    }
  }

  @inline(__always)
  func hold(_ recent: UInt64) -> Bool { isLast[Int(recent & 0xFF)] && lengths.contains { $0.values.contains(recent & $0.mask) } }
}

/// Base64 as a reader finds it who does not know where it begins.
private enum Base64Text {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// The character of the standard alphabet that stands for the same bits; `nil` for what may stand between two of them.
  static func character(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
    case UInt8(ascii: "+"), UInt8(ascii: "-"): UInt8(ascii: "+")
    case UInt8(ascii: "/"), UInt8(ascii: "_"): UInt8(ascii: "/")
    default: nil
    }
  }

  /// The characters of the base64 text that only `secret` decides, if `skipped` bytes of something else precede it in its group of three.
  static func core(of secret: [UInt8], after skipped: Int) -> [UInt8] {
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
}
