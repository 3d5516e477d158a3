/// What the next bytes of a body are.
package enum BodyPiece: Hashable, Sendable {
  /// Where data stands among the bytes that were given. Never empty.
  case data(Range<Int>)
  /// All bytes were taken, and the body has not ended yet.
  case needMore
  /// The body is complete, and what stands behind the index is not part of it.
  case end
}

/// Finds a message's body among the bytes behind its head, whatever its framing.
package struct BodyReader: Sendable {
  private enum Rule {
    case length(Int64)
    case chunked(ChunkedBodyDecoder)
    case untilClose
  }

  private var rule: Rule
  private var refusal: HTTPRefusal?

  package init(_ framing: BodyFraming) {
    switch framing {
    case .none: rule = .length(0)
    case .length(let length): rule = .length(length)
    case .chunked: rule = .chunked(ChunkedBodyDecoder())
    case .untilClose: rule = .untilClose
    }
  }

  /// Whether the whole body was read. Never true of a body that ends with the connection.
  package var isComplete: Bool {
    switch rule {
    case .length(let remaining): remaining == 0
    case .chunked(let decoder): decoder.isComplete
    case .untilClose: false
    }
  }

  /// Reads on from an index among the bytes, and moves it. Call it until it answers `needMore` or `end`.
  package mutating func next(in bytes: Span<UInt8>, at index: inout Int) throws(HTTPRefusal) -> BodyPiece {
    if let refusal { throw refusal }
    let available = bytes.count - index
    switch rule {
    case .length(0): return .end
    case .length(let remaining):
      guard available > 0 else { return .needMore }
      let start = index
      index += Int(min(remaining, Int64(available)))
      rule = .length(remaining - Int64(index - start))
      return .data(start..<index)
    case .untilClose:
      guard available > 0 else { return .needMore }
      defer { index = bytes.count }
      return .data(index..<bytes.count)
    case .chunked(var decoder):
      do throws(HTTPRefusal) {
        defer { rule = .chunked(decoder) }
        return try decoder.next(in: bytes, at: &index)
      } catch {
        refusal = error
        throw error
      }
    }
  }

  /// Tells that the connection ended: in the middle of a body that is a refusal, except where the end of the connection is its end.
  package func finish() throws(HTTPRefusal) {
    switch rule {
    case .untilClose: break
    case .length, .chunked: guard isComplete else { throw .truncatedBody }
    }
  }
}
