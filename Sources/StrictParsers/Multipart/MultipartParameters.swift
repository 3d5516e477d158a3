/// The `; name=value` list of a Content-Type or Content-Disposition (RFC 2045, section 5.1), without its escapes.
///
/// A backslash in a quoted string is an escape to one parser and a path to the next, so it is refused. Two of them end the string for no parser.
struct MultipartParameters {
  struct Parameter {
    let name: ArraySlice<UInt8>
    let value: ArraySlice<UInt8>
    let isQuoted: Bool
  }

  /// More than any header field that is read here may have.
  private static let limit = 4

  private(set) var list: [Parameter] = []

  /// `nil` if the bytes are not that list to the last byte, or a name stands twice.
  /// - Parameter escapes: Whether two backslashes may stand for one. The value has both.
  init?(_ bytes: ArraySlice<UInt8>, escapes: Bool = false) {
    var rest = bytes
    while let first = rest.popFirst() {
      guard first == UInt8(ascii: ";"), list.count < Self.limit else { return nil }
      if rest.first == UInt8(ascii: " ") { rest.removeFirst() }
      let name = rest.prefix(while: ASCII.isTokenCharacter)
      rest = rest.dropFirst(name.count)
      guard !name.isEmpty, rest.popFirst() == UInt8(ascii: "=") else { return nil }
      guard !list.contains(where: { ASCII.equalIgnoringCase($0.name, name) }) else { return nil }

      let isQuoted = rest.first == UInt8(ascii: "\"")
      if isQuoted { rest.removeFirst() }
      let value = isQuoted ? Self.quotedText(rest, escapes: escapes) : rest.prefix(while: ASCII.isTokenCharacter)
      rest = rest.dropFirst(value.count)
      if isQuoted { guard rest.popFirst() == UInt8(ascii: "\"") else { return nil } }
      guard isQuoted || !value.isEmpty else { return nil }
      list.append(Parameter(name: name, value: value, isQuoted: isQuoted))
    }
  }

  private static func quotedText(_ rest: ArraySlice<UInt8>, escapes: Bool) -> ArraySlice<UInt8> {
    var end = rest.startIndex
    while end < rest.endIndex {
      if isQuotedText(rest[end]) {
        end += 1
      } else if escapes, rest[end...].starts(with: #"\\"#.utf8) {
        end += 2
      } else {
        break
      }
    }
    return rest[..<end]
  }

  private static func isQuotedText(_ byte: UInt8) -> Bool {
    (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
  }
}
