package import StrictParsers

/// Where keys may be fetched: an `https` URL (or `http`, which only a loopback issuer may use) in the narrow form that no two parsers read differently.
///
/// There is no user, no fragment, no escape in the host, no byte outside of visible ASCII.
package struct KeyURL: Hashable, Sendable {
  package enum Scheme: String, Hashable, Sendable { case http, https }

  package struct Origin: Hashable, Sendable {
    package let scheme: Scheme
    /// In lower case; an IPv6 address stands in brackets.
    package let host: ExactString
    package let port: UInt16
  }

  package let text: ExactString
  package let origin: Origin

  package init?(_ text: ExactString) {
    let bytes = Array(text.utf8)
    guard bytes.allSatisfy(ASCII.isVisible) else { return nil }
    let forbidden = Array("\"#<>\\^`{|}@".utf8)
    guard !bytes.contains(where: forbidden.contains) else { return nil }
    let scheme: Scheme
    let rest: ArraySlice<UInt8>
    if bytes.starts(with: "https://".utf8) {
      (scheme, rest) = (.https, bytes.dropFirst(8))
    } else if bytes.starts(with: "http://".utf8) {
      (scheme, rest) = (.http, bytes.dropFirst(7))
    } else {
      return nil
    }
    let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
    guard let (host, port) = Self.parse(authority: authority) else { return nil }
    self.text = text
    origin = Origin(scheme: scheme, host: host, port: port ?? (scheme == .https ? 443 : 80))
  }

  /// Whether the host is this host by its very name: 127.0.0.0/8, ::1 or `localhost`.
  package var namesLoopback: Bool { origin.host == "localhost" || origin.host == "[::1]" || Self.ipv4(origin.host.utf8)?.first == 127 }

  /// The URL of an issuer's discovery document (OpenID Connect Discovery 1.0, section 4).
  package func discovery() -> KeyURL? {
    let base = text.text.utf8.last == UInt8(ascii: "/") ? String(text.text.dropLast()) : text.text
    return KeyURL(ExactString(base + "/.well-known/openid-configuration"))
  }

  private static func parse(authority: ArraySlice<UInt8>) -> (host: ExactString, port: UInt16?)? {
    let colon = UInt8(ascii: ":")
    let host: ArraySlice<UInt8>
    if authority.first == UInt8(ascii: "[") {
      guard let end = authority.firstIndex(of: UInt8(ascii: "]")) else { return nil }
      host = authority[...end]
      guard host.dropFirst().dropLast().allSatisfy({ ASCII.isHexDigit($0) || $0 == colon || $0 == UInt8(ascii: ".") }), host.count > 4
      else { return nil }
    } else {
      host = authority.prefix { $0 != colon }
      guard isName(host) else { return nil }
    }
    guard let name = ExactString(utf8: ASCII.lowercased(host)) else { return nil }
    let rest = authority[host.endIndex...]
    guard let first = rest.first else { return (name, nil) }
    guard first == colon, let port = port(rest.dropFirst()) else { return nil }
    return (name, port)
  }

  /// Letters, digits and hyphens between dots. A name whose last label is a number is a whole IPv4 address: `0x7f.1` and `127.1` are nobody's.
  private static func isName(_ host: ArraySlice<UInt8>) -> Bool {
    let labels = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard host.count <= 253, let last = labels.last else { return false }
    let areLabels = labels.allSatisfy { label in
      (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
        && label.allSatisfy { ASCII.isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }
    guard areLabels else { return false }
    return last.first.map(ASCII.isDigit) == true ? ipv4(host) != nil : true
  }

  private static func ipv4(_ host: some Collection<UInt8>) -> [UInt8]? {
    let parts = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map { decimal($0) }
    guard parts.count == 4 else { return nil }
    let bytes = parts.compactMap { $0.flatMap { UInt8(exactly: $0) } }
    return bytes.count == 4 ? bytes : nil
  }

  private static func port(_ digits: ArraySlice<UInt8>) -> UInt16? {
    guard let port = decimal(digits).flatMap({ UInt16(exactly: $0) }), port > 0 else { return nil }
    return port
  }

  /// One to five digits without a leading zero.
  private static func decimal(_ digits: some Collection<UInt8>) -> Int? {
    guard (1...5).contains(digits.count), digits.allSatisfy(ASCII.isDigit), digits.count == 1 || digits.first != UInt8(ascii: "0") else {
      return nil
    }
    return digits.reduce(0) { $0 * 10 + Int($1 &- 0x30) }
  }
}
