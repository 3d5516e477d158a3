import StrictParsers

/// A token that a registry's token service has given.
struct GivenToken: Hashable {
  /// The largest answer of a token service, in bytes.
  static let largestAnswer = 64 << 10
  private static let longestToken = 8 << 10
  /// Where the answer does not say it, as container registries have it.
  private static let usualLifetime: Int64 = 60
  private static let longestLifetime: Int64 = 86_400

  let text: [UInt8]
  /// Seconds from now for which it is used: it ends a little before it expires.
  let usableFor: Int64

  /// `nil` unless it is a JSON object with one token and, if there is one, a lifetime in seconds.
  init?(_ answer: [UInt8]) {
    guard answer.count <= Self.largestAnswer, let object = try? StrictJSON.parseObject(answer) else { return nil }
    let texts = ["token", "access_token"].compactMap { object[$0] }.map(\.string)
    guard let first = texts.first, let text = first, texts.allSatisfy({ $0 == text }) else { return nil }
    guard !text.isEmpty, text.utf8.count <= Self.longestToken, text.utf8.allSatisfy(ASCII.isVisible) else { return nil }
    var lifetime = Self.usualLifetime
    if let written = object["expires_in"] {
      guard let seconds = written.integer, seconds >= 0 else { return nil }
      lifetime = min(seconds, Self.longestLifetime)
    }
    self.text = Array(text.utf8)
    usableFor = lifetime - min(lifetime / 4, 30)
  }
}
