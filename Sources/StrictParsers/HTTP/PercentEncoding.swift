/// Percent-encoding (RFC 3986, section 2.1), decoded once, and refused where decoding again would change the meaning.
package enum PercentEncoding {
  /// A text in which all but the unreserved characters (RFC 3986, section 2.3) is escaped.
  package static func encode(_ bytes: some Sequence<UInt8>) -> String {
    bytes.reduce(into: "") { text, byte in
      if isUnreserved(byte) { text.unicodeScalars.append(Unicode.Scalar(byte)) } else { text += "%" + Hex.encode([byte]).uppercased() }
    }
  }

  /// A path's segment. Escapes may not hide what separates, ends or parametrises segments in some reader.
  static func pathSegment(_ bytes: ArraySlice<UInt8>) throws(RequestPathRefusal) -> ExactString {
    try decode(bytes) { (byte, isEscaped) throws(RequestPathRefusal) in
      switch byte {
      case UInt8(ascii: "%"), UInt8(ascii: "/"), UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: ";"):
        throw isEscaped ? .encodedDelimiter : .forbiddenByte
      default: break
      }
    }
  }

  /// A name or a value in a query, where the path's delimiters are text.
  static func queryText(_ bytes: ArraySlice<UInt8>) throws(RequestPathRefusal) -> ExactString {
    try decode(bytes) { (byte, isEscaped) throws(RequestPathRefusal) in
      switch (byte, isEscaped) {
      case (UInt8(ascii: "%"), true): throw .encodedDelimiter
      case (UInt8(ascii: "+"), false): throw .ambiguousPlus
      case (UInt8(ascii: ";"), false): throw .forbiddenByte
      default: break
      }
    }
  }

  /// A segment or a value that was read without a refusal, with its unreserved characters (RFC 3986, section 2.3) as themselves.
  static func withoutEscapedUnreserved(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    guard bytes.contains(UInt8(ascii: "%")) else { return Array(bytes) }
    var plain: [UInt8] = []
    plain.reserveCapacity(bytes.count)
    var rest = bytes
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%"), rest.count >= 2, let high = ASCII.hexValue(rest[rest.startIndex]),
        let low = ASCII.hexValue(rest[rest.startIndex + 1])
      else {
        plain.append(byte)
        continue
      }
      let value = high << 4 | low
      if isUnreserved(value) { plain.append(value) } else { plain += [byte] + rest.prefix(2) }
      rest = rest.dropFirst(2)
    }
    return plain
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: "-._~".utf8.contains(byte)
    }
  }

  private static func decode(
    _ bytes: ArraySlice<UInt8>, _ check: (_ byte: UInt8, _ isEscaped: Bool) throws(RequestPathRefusal) -> Void
  ) throws(RequestPathRefusal) -> ExactString {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let byte = bytes[index]
      if byte == UInt8(ascii: "%") {
        guard bytes.endIndex - index > 2, let high = ASCII.hexValue(bytes[index + 1]), let low = ASCII.hexValue(bytes[index + 2]) else {
          throw .malformedEscape
        }
        let value = high << 4 | low
        guard !ASCII.isControl(value) else { throw .encodedControl }
        try check(value, true)
        decoded.append(value)
        index += 3
      } else {
        guard RequestTarget.allows(byte) else { throw .forbiddenByte }
        try check(byte, false)
        decoded.append(byte)
        index += 1
      }
    }
    guard let text = ExactString(utf8: decoded) else { throw .malformedUTF8 }
    return text
  }
}
