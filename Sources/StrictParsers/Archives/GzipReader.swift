/// Unpacks one gzip member (RFC 1952) as its bytes arrive.
///
/// Of the header's optional fields only the file name is read, which Python's, Rust's and GNU's writers set; others occur nowhere
/// in what registries are sent, and readers differ on them.
package struct GzipReader: ~Copyable {
  private enum State {
    case header
    case fileName(length: Int)
    case content
    case trailer
    case ended
    case refused(GzipRefusal)
  }

  private static let headerLength = 10
  private static let trailerLength = 8
  private static let fileNameFlag: UInt8 = 0x08

  private var state = State.header
  /// What was read of the header or of the trailer.
  private var collected: [UInt8] = []
  private var stream: InflateStream
  private var checksum = InflateChecksum()

  package init(limits: InflateLimits = InflateLimits()) throws(GzipRefusal) {
    do throws(InflateRefusal) { stream = try InflateStream(limits: limits) } catch { throw .inflate(error) }
  }

  /// Unpacks bytes of a chunk, from `offset` on, which it moves; what comes out overwrites the beginning of `output`.
  ///
  /// Call it until it returns 0: then the chunk is used up. What came out counts only once `finish()` returns.
  /// - Returns: how many bytes of `output` were written.
  package mutating func read(_ chunk: Span<UInt8>, at offset: inout Int, into output: inout [UInt8]) throws(GzipRefusal) -> Int {
    do throws(GzipRefusal) {
      // Once more where the chunk is used up: the stream may have more to give.
      repeat {
        let given = try step(chunk, at: &offset, into: &output)
        if given > 0 { return given }
      } while offset < chunk.count
      return 0
    } catch {
      state = .refused(error)
      throw error
    }
  }

  /// The bytes have ended: refuses if the member has not.
  package mutating func finish() throws(GzipRefusal) {
    switch state {
    case .ended: return
    case .header, .fileName, .content, .trailer: throw .incomplete
    case .refused(let refusal): throw refusal
    }
  }

  private mutating func step(_ chunk: Span<UInt8>, at offset: inout Int, into output: inout [UInt8]) throws(GzipRefusal) -> Int {
    switch state {
    case .header:
      if collect(Self.headerLength, from: chunk, at: &offset) { try readHeader() }
    case .fileName(let length):
      guard offset < chunk.count else { return 0 }
      guard length < ArchivePath.longest else { throw .headerTooLong }
      state = chunk[offset] == 0 ? .content : .fileName(length: length + 1)
      offset += 1
    case .content:
      return try inflate(chunk, at: &offset, into: &output)
    case .trailer:
      if collect(Self.trailerLength, from: chunk, at: &offset) { try readTrailer() }
    case .ended:
      guard offset == chunk.count else { throw .trailingBytes }
    case .refused(let refusal):
      throw refusal
    }
    return 0
  }

  private mutating func collect(_ length: Int, from chunk: Span<UInt8>, at offset: inout Int) -> Bool {
    while collected.count < length, offset < chunk.count {
      collected.append(chunk[offset])
      offset += 1
    }
    return collected.count == length
  }

  private mutating func readHeader() throws(GzipRefusal) {
    guard collected.starts(with: [0x1F, 0x8B, 8]), collected[3] == 0 || collected[3] == Self.fileNameFlag else { throw .header }
    state = collected[3] == 0 ? .content : .fileName(length: 0)
    collected.removeAll(keepingCapacity: true)
  }

  private mutating func inflate(_ chunk: Span<UInt8>, at offset: inout Int, into output: inout [UInt8]) throws(GzipRefusal) -> Int {
    let before = offset
    let given: Int
    do throws(InflateRefusal) { given = try stream.inflate(chunk, at: &offset, into: &output) } catch { throw .inflate(error) }
    if given > 0 { checksum.update(output.span.extracting(..<given)) }
    if stream.isFinished {
      state = .trailer
    } else if given == 0, offset == before, offset < chunk.count {
      throw .inflate(.corrupt)
    }
    return given
  }

  private mutating func readTrailer() throws(GzipRefusal) {
    let size = UInt32(truncatingIfNeeded: stream.produced)
    let expected = [checksum.value, size].flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    guard collected == expected else { throw .checksum }
    state = .ended
  }
}
