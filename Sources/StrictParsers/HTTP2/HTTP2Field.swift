/// One field of a header block of HTTP/2 (RFC 9113, section 8.2), as it was unpacked: anything may stand in it.
package struct HTTP2Field: Sendable {
  let name: [UInt8]
  let value: [UInt8]

  package init(name: String, value: String) {
    self.name = Array(name.utf8)
    self.value = Array(value.utf8)
  }

  var isPseudo: Bool { name.first == UInt8(ascii: ":") }

  func isNamed(_ text: String) -> Bool { name.elementsEqual(text.utf8) }

  /// What must hold of each field that is not a pseudo-field, so that its line in HTTP/1.1 would be read as this field and as nothing else.
  func check() throws(HTTPRefusal) {
    guard !name.isEmpty else { throw .malformedFieldName }
    for byte in name {
      guard !ASCII.isUpper(byte) else { throw .upperCaseFieldName }
      guard ASCII.isTokenCharacter(byte) else { throw .malformedFieldName }
    }
    for byte in value {
      guard byte < 0x80 else { throw .nonASCIIFieldValue }
      guard !ASCII.isControl(byte) || byte == UInt8(ascii: "\t") else { throw .controlInFieldValue }
    }
    for byte in [value.first, value.last] where byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { throw .whitespaceAroundValue }
    guard !isOfConnection else { throw .connectionField }
  }

  /// Whether it would say something about one connection, which fields of HTTP/2 don't (RFC 9113, section 8.2.2).
  private var isOfConnection: Bool {
    if isNamed("te") { return !value.elementsEqual("trailers".utf8) }
    return ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "http2-settings"].contains { isNamed($0) }
  }
}

/// What must hold of trailers, which nobody reads: as much as of those of HTTP/1.1.
package enum HTTP2Trailers {
  private static let limits = HTTPHeadLimits(bytes: 8192, fields: 32)

  package static func check(_ fields: [HTTP2Field]) throws(HTTPRefusal) {
    guard fields.count <= limits.fields else { throw .tooManyFields }
    var bytes = 0
    for field in fields {
      guard !field.isPseudo else { throw .malformedPseudoFields }
      try field.check()
      guard HTTPJudgedField(field.name.span) == nil else { throw .forbiddenTrailer }
      guard !field.isNamed("te") else { throw .connectionField }
      bytes += field.name.count + field.value.count
    }
    guard bytes <= limits.bytes else { throw .headTooLarge }
  }
}
