/// Reads `multipart/form-data` (RFC 7578, RFC 2046) as it arrives, without copying what the parts contain.
///
/// It accepts only what every parser reads in the same way: at most one CRLF before the first delimiter and after the last,
/// delimiters of exactly CRLF, `--`, boundary and CRLF or `--`, and heads as real clients write them.
///
///     var offset = 0
///     while let event = try reader.next(in: chunk, at: &offset) { ... }    // for each chunk
///     try reader.finish()                                                  // at the end of the body
package struct MultipartFormReader: Sendable {
  package enum Event: Hashable, Sendable {
    /// A part's head was read and agrees with the grammar.
    case partBegan(MultipartPartHead)
    /// Content of the part: these bytes of the chunk.
    case data(Range<Int>)
    /// Content of the part: bytes that looked like the beginning of a delimiter, 74 at most.
    case heldBack(ArraySlice<UInt8>)
    /// The delimiter after the part was read.
    case partEnded
    /// The last delimiter was read. The form is accepted only once `finish()` returns.
    case formEnded
  }

  package struct Limits: Hashable, Sendable {
    /// Parts in the form.
    package var parts: Int
    /// Bytes of one part's head, its blank line included.
    package var headLength: Int

    package init(parts: Int = 1_000, headLength: Int = 8_192) {
      self.parts = parts
      self.headLength = headLength
    }
  }

  private enum State: Sendable {
    /// The body must begin with the delimiter, whose CRLF may be missing; so many bytes of it were read. Nil at the beginning.
    case opening(matched: Int?)
    /// A delimiter was read; CRLF or `--` must follow, of which this byte was.
    case afterDelimiter(first: UInt8?)
    /// Lines are collected in `head`.
    case head
    /// Within a part. The range of the delimiter's bytes that was read last, if its upper bound is not 0; from 0 if the CR was there.
    case data(held: Range<Int>)
    /// The last delimiter was read, and so many bytes of a line's end.
    case closed(lineEnd: Int)
    case refused(MultipartRefusal)
  }

  private static let carriageReturn: UInt8 = 0x0D
  private static let lineFeed: UInt8 = 0x0A
  private static let hyphen: UInt8 = 0x2D

  /// CRLF, `--`, boundary. Only its first two bytes are CR or LF, since no boundary has them.
  private let delimiter: [UInt8]
  private let limits: Limits
  private let dialect: MultipartPartHead.Dialect
  private var state: State = .opening(matched: nil)
  private var head: [UInt8] = []
  private var parts = 0
  /// The delimiter came after a bare LF, which is borne only as the end of a form.
  private var mustEnd = false

  /// - Parameter contentType: the value of the request's Content-Type field.
  package init(
    contentType: some Sequence<UInt8>, limits: Limits = Limits(), dialect: MultipartPartHead.Dialect = .quoted
  ) throws(MultipartRefusal) {
    self.delimiter = Array("\r\n--".utf8) + (try MultipartGrammar.boundary(inContentType: contentType))
    self.limits = limits
    self.dialect = dialect
  }

  /// The next event in a chunk, which begins at `offset` and moves it on; `nil` once the chunk is used up.
  ///
  /// After a refusal every further call refuses for the same reason.
  package mutating func next(in chunk: Span<UInt8>, at offset: inout Int) throws(MultipartRefusal) -> Event? {
    do throws(MultipartRefusal) {
      while offset < chunk.count {
        if let event = try step(in: chunk, at: &offset) { return event }
      }
      return nil
    } catch {
      state = .refused(error)
      throw error
    }
  }

  /// The body has ended: refuses if the form has not.
  package mutating func finish() throws(MultipartRefusal) {
    switch state {
    case .closed(lineEnd: 0), .closed(lineEnd: 2): return
    case .closed: throw .epilogue
    case .opening, .afterDelimiter, .head, .data: throw .incomplete
    case .refused(let refusal): throw refusal
    }
  }

  private mutating func step(in chunk: Span<UInt8>, at offset: inout Int) throws(MultipartRefusal) -> Event? {
    switch state {
    case .opening(let matched):
      // The CRLF that distutils writes is an empty preamble (RFC 2046, section 5.1.1).
      let place = matched ?? (chunk[offset] == Self.carriageReturn ? 0 : 2)
      guard chunk[offset] == delimiter[place] else { throw .preamble }
      offset += 1
      state = place + 1 == delimiter.count ? .afterDelimiter(first: nil) : .opening(matched: place + 1)
      return nil
    case .afterDelimiter(let first):
      let byte = chunk[offset]
      offset += 1
      return try endDelimiterLine(first, byte)
    case .head:
      return try readHead(in: chunk, at: &offset)
    case .data(let held):
      if held.upperBound > 0 { return try match(held, in: chunk, at: &offset) }
      return try scan(chunk, at: &offset)
    case .closed(let lineEnd):
      guard lineEnd < 2, chunk[offset] == delimiter[lineEnd] else { throw .epilogue }
      offset += 1
      state = .closed(lineEnd: lineEnd + 1)
      return nil
    case .refused(let refusal):
      throw refusal
    }
  }

  private mutating func endDelimiterLine(_ first: UInt8?, _ byte: UInt8) throws(MultipartRefusal) -> Event? {
    guard let first else {
      guard byte == Self.carriageReturn || byte == Self.hyphen else { throw .delimiterLine }
      guard byte == Self.hyphen || !mustEnd else { throw .ambiguousDelimiter }
      state = .afterDelimiter(first: byte)
      return nil
    }
    guard byte == (first == Self.hyphen ? Self.hyphen : Self.lineFeed) else { throw .delimiterLine }
    if first == Self.hyphen {
      guard parts > 0 else { throw .noParts }
      state = .closed(lineEnd: 0)
      return .formEnded
    }
    guard parts < limits.parts else { throw .tooManyParts }
    parts += 1
    head.removeAll(keepingCapacity: true)
    state = .head
    return nil
  }

  private mutating func readHead(in chunk: Span<UInt8>, at offset: inout Int) throws(MultipartRefusal) -> Event? {
    while offset < chunk.count {
      guard head.count < limits.headLength else { throw .headTooLong }
      let lineEnd = MultipartScan.firstIndex(of: Self.lineFeed, in: chunk, from: offset).map { $0 + 1 } ?? chunk.count
      let end = min(lineEnd, offset + limits.headLength - head.count)
      unsafe chunk.extracting(offset..<end).withUnsafeBytes { unsafe head.append(contentsOf: $0) }
      offset = end
      guard head.last == Self.lineFeed else { continue }
      if head.count == 2 { throw .disposition }
      guard head.suffix(4).elementsEqual("\r\n\r\n".utf8) else { continue }
      let read = try MultipartPartHead(lines: head, dialect: dialect)
      // A delimiter straight after the blank line is an empty part to some parsers and content to others: it is watched for.
      state = .data(held: 2..<2)
      return .partBegan(read)
    }
    return nil
  }

  /// Goes on with what may be a delimiter.
  private mutating func match(
    _ held: Range<Int>, in chunk: Span<UInt8>, at offset: inout Int
  ) throws(MultipartRefusal) -> Event? {
    var end = held.upperBound
    while offset < chunk.count, end < delimiter.count, chunk[offset] == delimiter[end] {
      offset += 1
      end += 1
    }
    if end == delimiter.count {
      mustEnd = held.lowerBound == 1 && dialect == .dotNet
      guard held.lowerBound == 0 || mustEnd else { throw .ambiguousDelimiter }
      state = .afterDelimiter(first: nil)
      return .partEnded
    }
    guard offset < chunk.count else {
      state = .data(held: held.lowerBound..<end)
      return nil
    }
    state = .data(held: 0..<0)
    return end > held.lowerBound ? .heldBack(delimiter[held.lowerBound..<end]) : nil
  }

  /// Looks for the LF of a delimiter, the rarer way to leave content, by the fastest search that there is.
  private mutating func scan(_ chunk: Span<UInt8>, at offset: inout Int) throws(MultipartRefusal) -> Event? {
    let start = offset
    var from = start
    while let lineFeed = MultipartScan.firstIndex(of: Self.lineFeed, in: chunk, from: from) {
      var next = lineFeed + 1
      var end = 2
      while next < chunk.count, end < delimiter.count, chunk[next] == delimiter[end] {
        next += 1
        end += 1
      }
      if end == delimiter.count || next == chunk.count {
        let hasReturn = lineFeed > start && chunk[lineFeed - 1] == Self.carriageReturn
        let candidate = hasReturn ? lineFeed - 1 : lineFeed
        state = .data(held: (hasReturn ? 0 : 1)..<(hasReturn ? 1 : 2))
        offset = candidate + 1
        return start < candidate ? .data(start..<candidate) : nil
      }
      from = lineFeed + 1
    }
    offset = chunk.count
    if chunk[chunk.count - 1] == Self.carriageReturn {
      state = .data(held: 0..<1)
      return start < chunk.count - 1 ? .data(start..<chunk.count - 1) : nil
    }
    return .data(start..<chunk.count)
  }
}
