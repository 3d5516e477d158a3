import Testing

@testable import Gateway

@Suite("The scan of a registry's answer") struct CredentialScanTests {
  private static let secret = "not-a-real-password"
  private let scan = CredentialScan(secrets: [Array(Self.secret.utf8)])

  @Test(
    "finds the credential in every form of an echo",
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
  func findsEchoes(answer: String) { #expect(scan.finds(in: Array(answer.utf8))) }

  @Test(
    "finds it through nested escapes, lines and separators",
    arguments: [
      "a part of it: ot-a-rea", #"JSON in JSON: {"a":"{\\"b\\":\\"not\\\\u002da\\\\u002dreal-pass\\"}"}"#,
      "percent twice: not%252Da%252Dreal",
      "JSON of HTML: not\\u0026#45;a\\u0026#45;real", "HTML of percent: not&#37;2Da&#37;2Dreal",
      "base64 in lines: " + base64(secret, after: "svc:").map { "\($0)\r\n" }.joined(),
      "base64 in a string: " + base64(secret, after: "").map { "\($0)\" + \"" }.joined(),
      "hexadecimal with colons: " + secret.utf8.map(hex).joined(separator: ":"),
      "hexadecimal with spaces: " + secret.utf8.map(hex).joined(separator: " ").uppercased(),
      "too deep to tell: " + String(repeating: "\\", count: 1 << 12),
    ])
  func findsNestedEchoes(answer: String) { #expect(scan.finds(in: Array(answer.utf8))) }

  @Test(
    "finds a secret with a space or of other scripts",
    arguments: [
      ("grün ist blau", #"{"echo": "gr\u00fcn ist"}"#), ("grün ist blau", "gr%C3%BCn+ist+blau"), ("grün ist blau", "gr&#252;n ist"),
      ("grün ist blau", "gr&#xfc;n&#x20;ist"), ("🔑🔑🔑", #"\ud83d\udd11\uD83D\uDD11"#), ("a+b c+d e+f", "a%2Bb+c%2Bd+e%2Bf"),
      ("a+b c+d e+f", "a+b c+d e+f"),
      ("sesame", "open sesame"), ("sesame", base64("sesame", after: "u:")), ("a\\b\\c\\d\\e", #""a\\b\\c\\d\\e""#),
    ])
  func findsOtherSecrets(secret: String, answer: String) {
    #expect(CredentialScan(secrets: [Array(secret.utf8)]).finds(in: Array(answer.utf8)))
  }

  @Test(
    "passes what does not hold it",
    arguments: [
      "", "not-a-r", "not a real secret", "an ordinary answer & 100 % of it \\ here", "-a-\nreal-", "%", "&#;", "\\u", "%zz&#x;",
      "\\ud83d",
      #"{"path": "C:\\\\index\\\\file"}"#, "&amp;amp;amp;",
    ])
  func passesOthers(answer: String) { #expect(!scan.finds(in: Array(answer.utf8))) }

  @Test("does not take a secret of a few letters for an echo wherever they stand")
  func ignoresShortSecrets() { #expect(!CredentialScan(secrets: [Array("abc".utf8)]).finds(in: Array("abcdef".utf8))) }

  private static func hex(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return digits.count < 2 ? "0\(digits)" : digits
  }

  private static func base64(_ text: String, after prefix: String) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var bits = (prefix + text).utf8.flatMap { byte in (0..<8).reversed().map { byte >> $0 & 1 } }
    while bits.count % 6 != 0 { bits.append(0) }
    return String(stride(from: 0, to: bits.count, by: 6).map { alphabet[Int(bits[$0..<($0 + 6)].reduce(0) { $0 << 1 | $1 })] })
  }
}
