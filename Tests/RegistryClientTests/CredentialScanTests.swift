import Testing

@testable import RegistryClient

@Suite("The scan of a registry's answer") struct CredentialScanTests {
  private static let secret = "not-a-real-password"
  private let scan = CredentialScan(secrets: [Array(Self.secret.utf8)])

  @Test(
    "finds the whole credential in every form of an echo",
    arguments: [
      "before \(secret) after",
      "base64, first in its group: " + base64(secret, after: ""),
      "base64, second in its group: " + base64(secret, after: "u"),
      "base64, third in its group: " + base64(secret, after: "u:"),
      "base64 in the middle: " + base64("svc:\(secret) and more", after: ""),
      "percent: not%2Da%2dreal%2Dpassword",
      "percent, all of it: " + secret.utf8.map { "%" + hex($0) }.joined(),
      #"JSON: {"echo":"not\u002da\u002Dreal-password"}"#,
      #"JSON with idle escapes: "not\-a-real-password""#,
      "HTML: not&#45;a&#x2d;real-password",
      "hexadecimal: " + secret.utf8.map(hex).joined(),
    ])
  func findsEchoes(answer: String) { #expect(scan.finding(in: Array(answer.utf8)) == .whole) }

  @Test(
    "finds all of it through nested escapes, lines and separators",
    arguments: [
      #"JSON in JSON: {"a":"{\\"b\\":\\"not\\\\u002da\\\\u002dreal-password\\"}"}"#,
      "percent twice: not%252Da%252Dreal-password",
      "JSON of HTML: not\\u0026#45;a\\u0026#45;real-password", "HTML of percent: not&#37;2Da&#37;2Dreal-password",
      "base64 in lines: " + base64(secret, after: "svc:").map { "\($0)\r\n" }.joined(),
      "base64 in a string: " + base64(secret, after: "").map { "\($0)\" + \"" }.joined(),
      "hexadecimal with colons: " + secret.utf8.map(hex).joined(separator: ":"),
      "hexadecimal with spaces: " + secret.utf8.map(hex).joined(separator: " ").uppercased(),
      "as Go prints bytes: []byte{\(dump(secret, ", ") { "0x" + hex($0) })}",
      "as Node prints a buffer: {data:[\(dump(secret, ",") { "\($0)" })]}",
      "decimal behind others: [300 1 2 1000 \(dump(secret, " ") { "\($0)" })]",
    ])
  func findsNestedEchoes(answer: String) { #expect(scan.finding(in: Array(answer.utf8)) == .whole) }

  @Test(
    "tells a part of it from all of it",
    arguments: [
      "ot-a-rea", "not-a-real-passwor", #"{"a":"{\\"b\\":\\"not\\\\u002da\\\\u002dreal-pass\\"}"}"#, "not%252Da%252Dreal", "-password",
      "base64 of a part: " + base64("a-real-pass", after: ""), "hexadecimal of a part: " + "a-real-p".utf8.map(hex).joined(),
      "decimal of a part: \(dump("a-real-p", " ") { "\($0)" })",
      "not-a-real-passwore and the wore-password", "too deep to tell: " + String(repeating: "\\", count: 1 << 12),
    ])
  func findsParts(answer: String) { #expect(scan.finding(in: Array(answer.utf8)) == .part) }

  @Test(
    "finds a secret that a server reads or writes in ISO 8859-1",
    arguments: ["gr\u{fc}n-ist-blau", "gr\u{fc}n-ist-\u{e9}t\u{e9}"],
    ["bytes", "hexadecimal escapes", "percent", "read as ISO 8859-1", "JSON of that", "base64"])
  func findsLatin(secret: String, form: String) {
    let latin = secret.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    let misread = String(String.UnicodeScalarView(secret.utf8.map { Unicode.Scalar($0) }))
    let answer: [UInt8] =
      switch form {
      case "bytes": latin
      case "hexadecimal escapes": latin.flatMap { $0 < 0x80 ? [$0] : Array("\\x\(Self.hex($0))".utf8) }
      case "percent": latin.flatMap { $0 < 0x80 ? [$0] : Array("%\(Self.hex($0))".utf8) }
      case "read as ISO 8859-1": Array(misread.utf8)
      case "JSON of that":
        misread.unicodeScalars.flatMap { $0.value < 0x80 ? [UInt8($0.value)] : Array("\\u00\(Self.hex(UInt8($0.value)))".utf8) }
      default: Array(Self.base64(latin, after: "svc:").utf8)
      }
    #expect(CredentialScan(secrets: [Array(secret.utf8)]).finding(in: Array("said: ".utf8) + answer) == .whole)
    #expect(CredentialScan(secrets: [latin]).finding(in: Array(secret.utf8)) == .whole)
  }

  @Test(
    "finds some of a secret with a space or of other scripts",
    arguments: [
      ("grün ist blau", #"{"echo": "gr\u00fcn ist"}"#), ("grün ist blau", "gr%C3%BCn+ist+blau"), ("grün ist blau", "gr&#252;n ist"),
      ("grün ist blau", "gr&#xfc;n&#x20;ist"), ("🔑🔑🔑", #"\ud83d\udd11\uD83D\uDD11"#), ("a+b c+d e+f", "a%2Bb+c%2Bd+e%2Bf"),
      ("a+b c+d e+f", "a+b c+d e+f"),
      ("sesame", "open sesame"), ("sesame", base64("sesame", after: "u:")), ("a\\b\\c\\d\\e", #""a\\b\\c\\d\\e""#),
    ])
  func findsOtherSecrets(secret: String, answer: String) {
    #expect(CredentialScan(secrets: [Array(secret.utf8)]).finding(in: Array(answer.utf8)) > .nothing)
  }

  @Test(
    "passes what does not hold it",
    arguments: [
      "", "not-a-r", "not a real secret", "an ordinary answer & 100 % of it \\ here", "-a-\nreal-", "%", "&#;", "\\u", "%zz&#x;",
      "\\ud83d",
      #"{"path": "C:\\\\index\\\\file"}"#, "&amp;amp;amp;",
    ])
  func passesOthers(answer: String) { #expect(scan.finding(in: Array(answer.utf8)) == .nothing) }

  @Test("does not take a secret of a few letters for an echo wherever they stand")
  func ignoresShortSecrets() {
    #expect(CredentialScan(secrets: [Array("abc".utf8)]).finding(in: Array("abcdef".utf8)) == .nothing)
  }

  private static func dump(_ text: String, _ separator: String, _ byte: (UInt8) -> String) -> String {
    text.utf8.map(byte).joined(separator: separator)
  }

  private static func hex(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return digits.count < 2 ? "0\(digits)" : digits
  }

  private static func base64(_ text: String, after prefix: String) -> String { base64(Array(text.utf8), after: prefix) }

  private static func base64(_ bytes: [UInt8], after prefix: String) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var bits = (Array(prefix.utf8) + bytes).flatMap { byte in (0..<8).reversed().map { byte >> $0 & 1 } }
    while bits.count % 6 != 0 { bits.append(0) }
    return String(stride(from: 0, to: bits.count, by: 6).map { alphabet[Int(bits[$0..<($0 + 6)].reduce(0) { $0 << 1 | $1 })] })
  }
}
