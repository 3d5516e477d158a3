/// Reads a tar file as its bytes arrive: ustar, pax and GNU headers that every reader takes to mean the same.
///
///     var offset = 0
///     while let event = try reader.next(in: chunk, at: &offset) { ... }    // for each chunk
///     try reader.finish()                                                  // at the end of the file
package struct TarReader: Sendable {
  package enum Event: Hashable, Sendable {
    /// An entry began; its content follows if it has any.
    case entry(TarEntry)
    /// Content of the entry: these bytes of the chunk.
    case data(Range<Int>)
    /// The entry's content was complete. Only after an entry with content.
    case entryEnded
  }

  private enum State: Sendable {
    case header
    /// So many bytes of content are to come.
    case content(remaining: Int)
    /// So many bytes of an extension of this type are to come.
    case extended(type: UInt8, remaining: Int)
    /// So many bytes fill the last block. After an extension they are zeros: Python's reader would go on reading there.
    case padding(remaining: Int, ofExtension: Bool)
    /// One block of zeros was read.
    case closing
    /// Both were.
    case ended
    case refused(TarRefusal)
  }

  private let limits: ArchiveLimits
  private let naming: ArchiveNaming
  private var state = State.header
  private var block: [UInt8] = []
  private var extended: [UInt8] = []
  private var extensions = TarExtensions()
  private var headers = 0
  private var extensionBytes = 0
  /// Bytes read since the last block's end.
  private var intoBlock = 0

  package init(limits: ArchiveLimits = ArchiveLimits(), naming: ArchiveNaming = .plain) {
    self.limits = limits
    self.naming = naming
    block.reserveCapacity(TarHeader.length)
  }

  /// The next event in a chunk, which begins at `offset` and moves it on; `nil` once the chunk is used up.
  ///
  /// After a refusal every further call refuses for the same reason.
  package mutating func next(in chunk: Span<UInt8>, at offset: inout Int) throws(TarRefusal) -> Event? {
    do throws(TarRefusal) {
      while offset < chunk.count || isContentComplete {
        if let event = try step(in: chunk, at: &offset) { return event }
      }
      return nil
    } catch {
      state = .refused(error)
      throw error
    }
  }

  /// The bytes have ended: refuses if the tar file has not.
  package mutating func finish() throws(TarRefusal) {
    switch state {
    case .ended:
      guard intoBlock == 0 else { throw .incomplete }
    case .header, .content, .extended, .padding, .closing: throw .incomplete
    case .refused(let refusal): throw refusal
    }
  }

  private var isContentComplete: Bool {
    if case .content(remaining: 0) = state { true } else { false }
  }

  private mutating func step(in chunk: Span<UInt8>, at offset: inout Int) throws(TarRefusal) -> Event? {
    switch state {
    case .header:
      return try readBlock(in: chunk, at: &offset) ? try readHeader() : nil
    case .content(remaining: 0):
      state = .padding(remaining: (TarHeader.length - intoBlock) % TarHeader.length, ofExtension: false)
      return .entryEnded
    case .content(let remaining):
      let start = offset
      advance(min(remaining, chunk.count - start), &offset)
      state = .content(remaining: remaining - (offset - start))
      return .data(start..<offset)
    case .extended(let type, let remaining):
      let start = offset
      advance(min(remaining, chunk.count - start), &offset)
      extended.append(copying: chunk.extracting(start..<offset))
      state = .extended(type: type, remaining: remaining - (offset - start))
      if remaining == offset - start { try readExtension(type) }
    case .padding(remaining: 0, _):
      state = .header
    case .padding(let remaining, let ofExtension):
      let start = offset
      advance(min(remaining, chunk.count - start), &offset)
      if ofExtension {
        for index in start..<offset { guard chunk[index] == 0 else { throw .field } }
      }
      state = .padding(remaining: remaining - (offset - start), ofExtension: ofExtension)
    case .closing:
      if try readBlock(in: chunk, at: &offset) {
        guard block.allSatisfy({ $0 == 0 }) else { throw .loneZeroBlock }
        state = .ended
      }
    case .ended:
      for index in offset..<chunk.count { guard chunk[index] == 0 else { throw .trailingBytes } }
      advance(chunk.count - offset, &offset)
    case .refused(let refusal):
      throw refusal
    }
    return nil
  }

  private mutating func advance(_ count: Int, _ offset: inout Int) {
    offset += count
    intoBlock = (intoBlock + count) % TarHeader.length
  }

  /// Whether a block is complete in `block`.
  private mutating func readBlock(in chunk: Span<UInt8>, at offset: inout Int) throws(TarRefusal) -> Bool {
    if block.count == TarHeader.length { block.removeAll(keepingCapacity: true) }
    let start = offset
    advance(min(TarHeader.length - block.count, chunk.count - start), &offset)
    block.append(copying: chunk.extracting(start..<offset))
    return block.count == TarHeader.length
  }

  private mutating func readHeader() throws(TarRefusal) -> Event? {
    guard !block.allSatisfy({ $0 == 0 }) else {
      guard extensions.isEmpty else { throw .extensionOrder }
      state = .closing
      return nil
    }
    guard headers < limits.entries else { throw .tooManyEntries }
    headers += 1
    let header = try TarHeader(block)
    switch header.type {
    case UInt8(ascii: "x"), UInt8(ascii: "g"), UInt8(ascii: "L"), UInt8(ascii: "K"):
      guard limits.tarExtensions > 0 else { throw .extended }
      guard header.size > 0 else { throw .extendedHeader }
      guard header.size <= limits.tarExtension else { throw .extensionTooLong }
      extensionBytes += header.size
      guard extensionBytes <= limits.tarExtensions else { throw .extensionTooLong }
      extended.removeAll(keepingCapacity: true)
      state = .extended(type: header.type, remaining: header.size)
      return nil
    default:
      let entry = try TarEntry(header, extensions, naming)
      extensions = TarExtensions()
      state = entry.size > 0 ? .content(remaining: entry.size) : .header
      return .entry(entry)
    }
  }

  /// An entry may have one extended header, or GNU's long name and long link name, but not both kinds: readers rank them differently.
  private mutating func readExtension(_ type: UInt8) throws(TarRefusal) {
    switch type {
    case UInt8(ascii: "x"):
      guard extensions.isEmpty else { throw .extensionOrder }
      extensions.extended = try TarExtendedHeader(extended, isGlobal: false)
    case UInt8(ascii: "g"):
      guard extensions.isEmpty else { throw .extensionOrder }
      _ = try TarExtendedHeader(extended, isGlobal: true)
    case UInt8(ascii: "L"):
      guard extensions.extended == nil, extensions.longName == nil else { throw .extensionOrder }
      extensions.longName = try longName()
    default:
      guard extensions.extended == nil, extensions.longLinkName == nil else { throw .extensionOrder }
      extensions.longLinkName = try longName()
    }
    state = .padding(remaining: (TarHeader.length - intoBlock) % TarHeader.length, ofExtension: true)
  }

  /// The name and its NUL: without it GNU's and Python's readers would go on beyond the size.
  private func longName() throws(TarRefusal) -> [UInt8] {
    let name = extended.dropLast()
    guard extended.last == 0, !name.isEmpty, !name.contains(0) else { throw .longName }
    return Array(name)
  }
}
