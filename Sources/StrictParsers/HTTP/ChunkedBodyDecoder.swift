/// Finds the data in a chunked body (RFC 9112, section 7.1), in pieces of any size and without copying it.
///
/// Line ends are CRLF and nothing else; sizes are bare hexadecimal digits; extensions are tokens, few, and dropped; trailers are held to the grammar of a
/// head's fields, and dropped.
package struct ChunkedBodyDecoder: Sendable {
  /// The digits of a 64-bit number. More than these, even zeros, serve only to confuse.
  private static let sizeDigits = 16
  /// Over the whole body: extensions have no use here, and many small chunks with long ones cost a reader more than they cost the sender.
  private static let extensionBytes = 4096

  private enum State {
    case size, extensionName, extensionValue, sizeLineFeed, data, dataCarriageReturn, dataLineFeed, trailers, complete
  }

  private var state = State.size
  private var digits = 0
  /// Of the chunk whose size is being read; then what is missing of its data.
  private var remaining: Int64 = 0
  /// The sum of all chunks, lest it overflows in someone's counter.
  private var total: Int64 = 0
  private var extensionCount = 0
  private var isTokenEmpty = true
  private var trailers = HTTPHeadReader(TrailerGrammar(), limits: HTTPHeadLimits(bytes: 8192, fields: 32))

  package init() {}

  package var isComplete: Bool { state == .complete }

  /// The next piece of data, read on from an index that then stands behind it; see `BodyReader.next`.
  package mutating func next(in bytes: Span<UInt8>, at index: inout Int) throws(HTTPRefusal) -> BodyPiece {
    while state != .complete, index < bytes.count {
      switch state {
      case .data:
        let start = index
        index += Int(min(remaining, Int64(bytes.count - index)))
        remaining -= Int64(index - start)
        if remaining == 0 { state = .dataCarriageReturn }
        return .data(start..<index)
      case .trailers:
        switch try trailers.feed(bytes.extracting(index..<bytes.count)) {
        case .needMore: index = bytes.count
        case .head(_, let consumed):
          index += consumed
          state = .complete
        }
      case .size, .extensionName, .extensionValue, .sizeLineFeed, .dataCarriageReturn, .dataLineFeed:
        try note(bytes[index])
        index += 1
      case .complete: break
      }
    }
    return state == .complete ? .end : .needMore
  }

  private mutating func note(_ byte: UInt8) throws(HTTPRefusal) {
    switch state {
    case .size: try noteSize(byte)
    case .extensionName, .extensionValue: try noteExtension(byte)
    case .sizeLineFeed:
      guard byte == UInt8(ascii: "\n") else { throw .bareCarriageReturn }
      try beginChunk()
    case .dataCarriageReturn:
      guard byte == UInt8(ascii: "\r") else { throw .malformedChunkEnd }
      state = .dataLineFeed
    case .dataLineFeed:
      guard byte == UInt8(ascii: "\n") else { throw .malformedChunkEnd }
      state = .size
    case .data, .trailers, .complete: break
    }
  }

  private mutating func noteSize(_ byte: UInt8) throws(HTTPRefusal) {
    if let value = ASCII.hexValue(byte) {
      guard digits < Self.sizeDigits else { throw .malformedChunkSize }
      guard remaining <= Int64.max >> 4 else { throw .chunkTooLarge }
      digits += 1
      remaining = remaining << 4 | Int64(value)
      return
    }
    guard digits > 0 else { throw .malformedChunkSize }
    switch byte {
    case UInt8(ascii: "\r"): state = .sizeLineFeed
    case UInt8(ascii: ";"): beginToken(.extensionName)
    case UInt8(ascii: "\n"): throw .bareLineFeed
    default: throw .malformedChunkSize
    }
  }

  private mutating func noteExtension(_ byte: UInt8) throws(HTTPRefusal) {
    extensionCount += 1
    guard extensionCount <= Self.extensionBytes else { throw .chunkExtensionsTooLong }
    if ASCII.isTokenCharacter(byte) {
      isTokenEmpty = false
      return
    }
    guard byte != UInt8(ascii: "\n") else { throw .bareLineFeed }
    guard !isTokenEmpty else { throw .malformedChunkExtension }
    switch byte {
    case UInt8(ascii: ";"): beginToken(.extensionName)
    case UInt8(ascii: "=") where state == .extensionName: beginToken(.extensionValue)
    case UInt8(ascii: "\r"): state = .sizeLineFeed
    default: throw .malformedChunkExtension
    }
  }

  private mutating func beginToken(_ token: State) {
    state = token
    isTokenEmpty = true
  }

  private mutating func beginChunk() throws(HTTPRefusal) {
    let (sum, overflow) = total.addingReportingOverflow(remaining)
    guard !overflow else { throw .chunkTooLarge }
    total = sum
    digits = 0
    state = remaining == 0 ? .trailers : .data
  }
}

/// What must hold of trailers, which nobody reads.
private struct TrailerGrammar: HTTPHeadGrammar {
  static var tolerance: HTTPFieldScanner.Tolerance { .none }

  mutating func readFirstLine(_ bytes: Span<UInt8>, at index: inout Int, limit: Int) -> Bool { true }

  mutating func judge(_ field: HTTPJudgedField, _ value: Span<UInt8>) throws(HTTPRefusal) { throw .forbiddenTrailer }

  func head(_ bytes: consuming [UInt8], _ lines: [HeaderFields.Line]) {}
}
