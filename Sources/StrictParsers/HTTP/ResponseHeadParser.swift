/// Reads the answer to one request (RFC 9112) from the bytes of a connection, in pieces of any size, as strictly as requests are read.
///
/// After an interim answer it is ready for the next one to the same request. The caller bounds how many it skips.
package struct ResponseHeadParser: Sendable {
  private var reader: HTTPHeadReader<ResponseGrammar>

  /// The method decides whether an answer has a body at all.
  package init(answering method: HTTPMethod, limits: HTTPHeadLimits = HTTPHeadLimits()) {
    reader = HTTPHeadReader(ResponseGrammar(answering: method), limits: limits)
  }

  /// Whether some bytes of a head were read and its end was not: a connection that ends now broke off an answer.
  package var isInsideHead: Bool { reader.isInsideHead }

  /// Reads on. What stands behind the head is not judged.
  package mutating func feed(_ bytes: Span<UInt8>) throws(HTTPRefusal) -> HTTPHeadProgress<ResponseHead> { try reader.feed(bytes) }
}

/// What must hold between the lines of an answer's head.
private struct ResponseGrammar: HTTPHeadGrammar {
  static var tolerance: HTTPFieldScanner.Tolerance { .ofAnswers }

  private let method: HTTPMethod
  private var line = HTTPStatusLine()
  private var framing = HTTPFramingFields()

  init(answering method: HTTPMethod) { self.method = method }

  mutating func readFirstLine(_ bytes: Span<UInt8>, at index: inout Int, limit: Int) throws(HTTPRefusal) -> Bool {
    try line.next(in: bytes, at: &index, limit: limit)
  }

  mutating func judge(_ field: HTTPJudgedField, _ value: Span<UInt8>) throws(HTTPRefusal) {
    switch field {
    case .contentLength: try framing.noteContentLength(value)
    case .transferEncoding: try framing.noteTransferEncoding(value, in: line.version)
    case .connection: try framing.noteConnection(value)
    case .host, .expect: break
    }
  }

  func head(_ bytes: consuming [UInt8], _ lines: [HeaderFields.Line]) throws(HTTPRefusal) -> ResponseHead {
    // Nobody asked: we send no Upgrade, and what follows would not be HTTP.
    guard line.status != 101 else { throw .unrequestedUpgrade }
    let body = try bodyFraming()
    let fields = HeaderFields(head: bytes, lines: lines)
    return ResponseHead(
      version: line.version, status: line.status, reason: fields.head[line.reason], fields: fields, framing: body,
      mayBeReused: line.status >= 200 && line.version == .http11 && !framing.closes && body != .untilClose)
  }

  /// RFC 9112, section 6.3. An answer that can't have a body and announces one is refused, unless the announcement is meant for somebody else:
  /// HEAD and 304 say what a GET would have got.
  private func bodyFraming() throws(HTTPRefusal) -> BodyFraming {
    if line.status < 200 || line.status == 204 {
      guard !framing.isChunked, framing.length ?? 0 == 0 else { throw .bodyNotAllowed }
      return .none
    }
    if method == .head || line.status == 304 { return .none }
    return framing.isChunked ? .chunked : framing.length.map { .length($0) } ?? .untilClose
  }
}
