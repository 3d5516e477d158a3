import StrictParsers

/// Where a registry's token service is, as its challenge says (RFC 9110, section 11.6.1).
struct BearerChallenge: Hashable {
  private static let longest = 4096

  let realm: ExactString
  /// `nil` if the challenge names none.
  let service: ExactString?

  /// `nil` if the field's value is not one well-formed challenge of this scheme with a realm.
  init?(_ value: ArraySlice<UInt8>) {
    let scheme = value.prefix(while: ASCII.isTokenCharacter)
    guard value.count <= Self.longest, ASCII.equalIgnoringCase(scheme, "bearer".utf8) else { return nil }
    var rest = value.dropFirst(scheme.count)
    guard rest.first == UInt8(ascii: " ") else { return nil }
    var parameters: [String: ExactString] = [:]
    while true {
      rest = Self.withoutSpace(rest)
      guard let (name, text) = Self.parameter(&rest), parameters.updateValue(text, forKey: name) == nil else { return nil }
      rest = Self.withoutSpace(rest)
      guard let next = rest.popFirst() else { break }
      guard next == UInt8(ascii: ",") else { return nil }
    }
    guard let realm = parameters["realm"], !realm.isEmpty else { return nil }
    self.realm = realm
    service = parameters["service"]
  }

  private static func withoutSpace(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    text.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
  }

  private static func parameter(_ rest: inout ArraySlice<UInt8>) -> (name: String, value: ExactString)? {
    let name = rest.prefix(while: ASCII.isTokenCharacter)
    rest = rest.dropFirst(name.count)
    guard !name.isEmpty, rest.popFirst() == UInt8(ascii: "=") else { return nil }
    let value: [UInt8]
    if rest.first == UInt8(ascii: "\"") {
      guard let quoted = quoted(&rest) else { return nil }
      value = quoted
    } else {
      let token = rest.prefix(while: ASCII.isTokenCharacter)
      guard !token.isEmpty else { return nil }
      rest = rest.dropFirst(token.count)
      value = Array(token)
    }
    return ExactString(utf8: value).map { (String(decoding: ASCII.lowercased(Array(name)), as: UTF8.self), $0) }
  }

  /// What stands between two quotes; `nil` if the second is missing, or something else than visible ASCII and spaces stands there.
  private static func quoted(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
    rest = rest.dropFirst()
    var text: [UInt8] = []
    while var byte = rest.popFirst() {
      if byte == UInt8(ascii: "\"") { return text }
      if byte == UInt8(ascii: "\\") {
        guard let escaped = rest.popFirst() else { return nil }
        byte = escaped
      }
      guard ASCII.isVisible(byte) || byte == UInt8(ascii: " ") else { return nil }
      text.append(byte)
    }
    return nil
  }
}
