/// Reads request heads (RFC 9112) from the bytes of a connection, in pieces of any size.
///
/// It is stricter than the RFC demands and than llhttp is: whatever two readers could take differently is refused, at the byte or the line that shows it.
/// After a head it is ready for the next one; after a refusal it refuses everything.
package struct RequestHeadParser: Sendable {
  private var reader: HTTPHeadReader<RequestGrammar>

  package init(limits: HTTPHeadLimits = HTTPHeadLimits()) { reader = HTTPHeadReader(RequestGrammar(), limits: limits) }

  /// Whether some bytes of a head were read and its end was not.
  package var isInsideHead: Bool { reader.isInsideHead }

  /// Reads on. What stands behind the head is not judged.
  package mutating func feed(_ bytes: Span<UInt8>) throws(HTTPRefusal) -> HTTPHeadProgress<RequestHead> { try reader.feed(bytes) }
}

/// What must hold between the lines of a request's head.
private struct RequestGrammar: HTTPHeadGrammar {
  static var tolerance: HTTPFieldScanner.Tolerance { .none }

  private var line = HTTPRequestLine()
  private var framing = HTTPFramingFields()
  private var host: HostName?
  private var expectsContinue = false

  mutating func readFirstLine(_ bytes: Span<UInt8>, at index: inout Int, limit: Int) throws(HTTPRefusal) -> Bool {
    try line.next(in: bytes, at: &index, limit: limit)
  }

  mutating func judge(_ field: HTTPJudgedField, _ value: Span<UInt8>) throws(HTTPRefusal) {
    switch field {
    case .host:
      guard host == nil else { throw .repeatedHost }
      guard let name = HostName(value) else { throw .malformedHost }
      host = name
    case .contentLength:
      try framing.noteContentLength(value)
      guard line.method.allowsBody || framing.length == 0 else { throw .bodyNotAllowed }
    case .transferEncoding:
      try framing.noteTransferEncoding(value, in: line.version)
      guard line.method.allowsBody else { throw .bodyNotAllowed }
    case .connection:
      try framing.noteConnection(value)
    case .expect:
      guard !expectsContinue else { throw .repeatedExpectation }
      guard value.elementsEqual(lowercased: "100-continue") else { throw .unknownExpectation }
      expectsContinue = true
    }
  }

  func head(_ bytes: consuming [UInt8], _ lines: [HeaderFields.Line]) throws(HTTPRefusal) -> RequestHead {
    // Required of HTTP/1.0 too: without it nobody knows which registry is meant.
    guard let host else { throw .missingHost }
    let body: BodyFraming = framing.isChunked ? .chunked : framing.length.map { .length($0) } ?? .none
    let isEmpty = body == .none || body == .length(0)
    let fields = HeaderFields(head: bytes, lines: lines)
    return RequestHead(
      method: line.method, target: RequestTarget(checked: fields.head[line.target]), version: line.version, fields: fields, framing: body,
      host: host, keepAlive: line.version == .http11 && !framing.closes,
      expectsContinue: expectsContinue && line.version == .http11 && !isEmpty)
  }
}
