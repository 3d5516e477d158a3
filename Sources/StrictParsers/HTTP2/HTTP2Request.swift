/// A request's header block of HTTP/2 (RFC 9113, section 8.3.1), written as the head of HTTP/1.1 that says the same.
///
/// The parser of such heads reads it then, and refuses whatever it would refuse of a client of HTTP/1.1. What is checked here is what that parser can't
/// see any more, and that no byte can end a line or a word.
package struct HTTP2Request: Sendable {
  /// What must come behind the header block.
  package enum Body: Hashable, Sendable {
    /// Nothing: the stream has ended.
    case none
    /// No data, and then the end of the stream. The head must not be read before.
    case emptyEnd
    /// As many bytes as the head says, at least one, and then the end of the stream.
    case length(Int64)
    /// Any number of bytes. The head announces chunks.
    case chunked
  }

  package let head: [UInt8]
  package let method: HTTPMethod
  package let body: Body

  /// Whether a block does not begin as a read, so that its refusal is recorded.
  package static func mayPublish(_ fields: [HTTP2Field]) -> Bool {
    guard let field = fields.first(where: { $0.isNamed(":method") }) else { return true }
    return !field.value.elementsEqual("GET".utf8) && !field.value.elementsEqual("HEAD".utf8)
  }

  /// - Parameters:
  ///   - isEnd: Whether the stream ended with the block.
  ///   - limit: How many fields there may be.
  package init(_ fields: [HTTP2Field], isEnd: Bool, limit: Int) throws(HTTPRefusal) {
    guard fields.count <= limit else { throw .tooManyFields }
    let pseudo = try PseudoFields(fields)
    var lines = HeadLines(pseudo)
    var framing = HTTPFramingFields()
    var cookies: [[UInt8]] = []
    var hasHost = false
    for field in fields.dropFirst(PseudoFields.count) {
      try field.check()
      if field.isNamed("host") {
        guard !hasHost else { throw .repeatedHost }
        guard field.value == pseudo.authority else { throw .hostDisagrees }
        hasHost = true
      } else if field.isNamed("content-length") {
        try framing.noteContentLength(field.value.span)
      } else if field.isNamed("cookie") {
        cookies.append(field.value)
      } else if !field.isNamed("te") {
        lines.append(field.name, field.value)
      }
    }
    // They may be split, and belong together (RFC 9113, section 8.2.3).
    if !cookies.isEmpty { lines.append("cookie", Array(cookies.joined(separator: Array("; ".utf8)))) }
    guard let method = HTTPMethod(pseudo.method.span) else { throw .unknownMethod }
    self.method = method
    body = try Self.body(method, framing.length, isEnd: isEnd)
    if let length = framing.length ?? (isEnd && method.allowsBody ? 0 : nil) {
      lines.append("content-length", Array("\(length)".utf8))
    } else if body == .chunked {
      lines.append("transfer-encoding", Array("chunked".utf8))
    }
    head = lines.ended()
  }

  private static func body(_ method: HTTPMethod, _ length: Int64?, isEnd: Bool) throws(HTTPRefusal) -> Body {
    if let length, length > 0 {
      guard method.allowsBody else { throw .bodyNotAllowed }
      guard !isEnd else { throw .lengthDisagrees }
      return .length(length)
    }
    if isEnd { return .none }
    return length == 0 || !method.allowsBody ? .emptyEnd : .chunked
  }
}

/// The fields that say what is asked of whom: each of them once, and before all others.
private struct PseudoFields {
  static let count = 4

  let method: [UInt8]
  let authority: [UInt8]
  let path: [UInt8]

  init(_ fields: [HTTP2Field]) throws(HTTPRefusal) {
    guard !fields.dropFirst(Self.count).contains(where: { $0.isPseudo }) else { throw .malformedPseudoFields }
    let first = Array(fields.prefix(Self.count))
    method = try Self.only(":method", of: first)
    guard method.allSatisfy({ ASCII.isTokenCharacter($0) }) else { throw .malformedMethod }
    authority = try Self.only(":authority", of: first)
    path = try Self.only(":path", of: first)
    guard path.first == UInt8(ascii: "/") else { throw .targetNotOriginForm }
    guard try Self.only(":scheme", of: first).elementsEqual("https".utf8) else { throw .malformedPseudoFields }
  }

  /// The value of the only field of a name. Neither a line nor a word ends in it.
  private static func only(_ name: String, of fields: [HTTP2Field]) throws(HTTPRefusal) -> [UInt8] {
    let found = fields.filter { $0.isNamed(name) }
    guard let value = found.first?.value, found.count == 1, !value.isEmpty, value.allSatisfy({ ASCII.isVisible($0) }) else {
      throw .malformedPseudoFields
    }
    return value
  }
}

/// The lines of a head of HTTP/1.1, of parts in which none ends.
private struct HeadLines {
  private var bytes: [UInt8]

  init(_ pseudo: PseudoFields) {
    bytes = pseudo.method
    bytes.append(UInt8(ascii: " "))
    bytes += pseudo.path
    bytes += " HTTP/1.1\r\n".utf8
    append("host", pseudo.authority)
  }

  mutating func append(_ name: String, _ value: [UInt8]) { append(Array(name.utf8), value) }

  mutating func append(_ name: [UInt8], _ value: [UInt8]) {
    bytes += name
    bytes += ": ".utf8
    bytes += value
    bytes += "\r\n".utf8
  }

  func ended() -> [UInt8] { bytes + Array("\r\n".utf8) }
}
