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
    "passes what does not hold it",
    arguments: [
      "", "not-a-real-passwor", "an ordinary answer & 100 % of it \\ here", "not-a-real\n-password", "%", "&#;", "\\u", "%zz&#x;",
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
