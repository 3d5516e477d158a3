import StrictParsers

/// The body of an upload as it arrives: the length of the metadata in four bytes, the least significant first, the metadata, the same of the crate.
struct CrateFrame: Sendable {
  private enum State: Sendable {
    case metadataLength
    case metadata(remaining: Int)
    case crateLength
    case crate(remaining: Int)
    case ended
  }

  enum Event: Hashable, Sendable {
    /// The metadata are complete.
    case metadata([UInt8])
    /// These bytes of the chunk are the crate's.
    case crate(Range<Int>)
  }

  /// What crates.io takes.
  private static let mostMetadataBytes = 1 << 20
  private static let lengthOfLength = 4

  private var state = State.metadataLength
  private var collected: [UInt8] = []

  var bufferedBytes: Int { collected.count }

  /// The next event in a chunk, which begins at `offset` and moves it on; `nil` once the chunk is used up.
  mutating func next(in chunk: Span<UInt8>, at offset: inout Int) throws(UploadRefusal) -> Event? {
    while offset < chunk.count {
      switch state {
      case .metadataLength:
        guard let length = length(in: chunk, at: &offset) else { return nil }
        guard length > 0 else { throw .malformedFrame(MetadataDoubt("it has no metadata")) }
        guard length <= Self.mostMetadataBytes else { throw .formTooLarge }
        state = .metadata(remaining: length)
      case .metadata(let remaining):
        let end = min(offset + remaining, chunk.count)
        collected.append(copying: chunk.extracting(offset..<end))
        state = .metadata(remaining: remaining - (end - offset))
        guard remaining == end - offset else {
          offset = end
          return nil
        }
        offset = end
        defer { collected = [] }
        state = .crateLength
        return .metadata(collected)
      case .crateLength:
        guard let length = length(in: chunk, at: &offset) else { return nil }
        guard length > 0 else { throw .malformedFrame(MetadataDoubt("it has no crate")) }
        state = .crate(remaining: length)
      case .crate(let remaining):
        let range = offset..<min(offset + remaining, chunk.count)
        offset = range.upperBound
        state = remaining == range.count ? .ended : .crate(remaining: remaining - range.count)
        return .crate(range)
      case .ended:
        throw .malformedFrame(MetadataDoubt("something stands after the crate"))
      }
    }
    return nil
  }

  /// The bytes have ended: refuses if the crate has not.
  func finish() throws(UploadRefusal) {
    switch state {
    case .ended: return
    case .metadataLength: throw .malformedFrame(MetadataDoubt("it ends before the length of the metadata does"))
    case .metadata: throw .malformedFrame(MetadataDoubt("it ends before the metadata do"))
    case .crateLength: throw .malformedFrame(MetadataDoubt("it ends before the length of the crate does"))
    case .crate: throw .malformedFrame(MetadataDoubt("it ends before the crate does"))
    }
  }

  /// What stands before so many bytes.
  static func prefix(_ count: Int) -> [UInt8] {
    (0..<lengthOfLength).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
  }

  private mutating func length(in chunk: Span<UInt8>, at offset: inout Int) -> Int? {
    while collected.count < Self.lengthOfLength, offset < chunk.count {
      collected.append(chunk[offset])
      offset += 1
    }
    guard collected.count == Self.lengthOfLength else { return nil }
    defer { collected = [] }
    return collected.reversed().reduce(0) { $0 << 8 | Int($1) }
  }
}
