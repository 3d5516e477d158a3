/// What boundaries, names and file names may be made of, for the reader and the writer alike.
enum MultipartGrammar {
  /// The boundary of a form, from the value of its Content-Type.
  static func boundary(inContentType value: some Sequence<UInt8>) throws(MultipartRefusal) -> [UInt8] {
    let bytes = Array(value)
    let mediaType = Array("multipart/form-data".utf8)
    guard bytes.starts(with: mediaType), let parameters = MultipartParameters(bytes[mediaType.count...]) else { throw .mediaType }
    guard parameters.list.count == 1, let parameter = parameters.list.first, parameter.name.elementsEqual("boundary".utf8) else {
      throw .mediaType
    }
    guard isBoundary(parameter.value) else { throw .boundary }
    return Array(parameter.value)
  }

  /// 1 to 70 bchars without the space (RFC 2046, section 5.1.1), and no `--` at the end.
  static func isBoundary(_ bytes: some Collection<UInt8>) -> Bool {
    guard (1...70).contains(bytes.count), bytes.allSatisfy(isBoundaryCharacter) else { return false }
    return !Array(bytes).suffix(2).elementsEqual("--".utf8)
  }

  private static func isBoundaryCharacter(_ byte: UInt8) -> Bool {
    ASCII.isAlphanumeric(byte) || "'()+_,-./:=?".utf8.contains(byte)
  }

  /// The name of a part.
  static func isName(_ bytes: some Collection<UInt8>) -> Bool {
    !bytes.isEmpty && bytes.allSatisfy(isNameCharacter) && !hasEncodedWord(bytes) && !bytes.elementsEqual("_charset_".utf8)
  }

  /// The file name of a part: one path segment.
  static func isFileName(_ bytes: some Collection<UInt8>) -> Bool {
    guard !bytes.isEmpty, !bytes.elementsEqual(".".utf8), !bytes.elementsEqual("..".utf8) else { return false }
    return bytes.allSatisfy { isNameCharacter($0) && $0 != UInt8(ascii: "/") } && !hasEncodedWord(bytes)
  }

  /// Visible ASCII without what ends, escapes or splits a parameter in one parser or another: `"`, `\`, `%`, `;`.
  private static func isNameCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "%"), UInt8(ascii: ";"): false
    default: ASCII.isVisible(byte)
    }
  }

  /// RFC 2047: decoded by parsers that were made for mail.
  private static func hasEncodedWord(_ bytes: some Collection<UInt8>) -> Bool {
    zip(bytes, bytes.dropFirst()).contains { $0 == UInt8(ascii: "=") && $1 == UInt8(ascii: "?") }
  }

  /// `type/subtype`, by itself or with a charset that leaves ASCII alone; never a nested multipart or message.
  static func isPartType(_ value: ArraySlice<UInt8>) -> Bool {
    let type = value.prefix(while: ASCII.isTokenCharacter)
    let rest = value.dropFirst(type.count)
    guard !type.isEmpty, rest.first == UInt8(ascii: "/") else { return false }
    let subtype = rest.dropFirst().prefix(while: ASCII.isTokenCharacter)
    guard !subtype.isEmpty, let parameters = MultipartParameters(rest.dropFirst(1 + subtype.count)) else { return false }
    guard !["multipart", "message"].contains(where: { ASCII.equalIgnoringCase($0.utf8, type) }) else { return false }
    return parameters.list.allSatisfy { parameter in
      ASCII.equalIgnoringCase(parameter.name, "charset".utf8)
        && ["utf-8", "us-ascii"].contains { ASCII.equalIgnoringCase($0.utf8, parameter.value) }
    }
  }
}
