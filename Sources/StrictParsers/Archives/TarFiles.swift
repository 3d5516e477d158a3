/// Where the files of a tar file that is not compressed lie in it. It holds nothing but files, each of one name, which stands in its header.
package struct TarFiles: Hashable, Sendable {
  package struct File: Hashable, Sendable {
    package let name: ExactString
    /// Bytes of the tar file.
    package private(set) var content: Range<Int>

    fileprivate mutating func extend(to range: Range<Int>) {
      content = content.isEmpty ? range : content.lowerBound..<range.upperBound
    }
  }

  /// In their order.
  package private(set) var files: [File] = []

  /// Reads a tar file from its first byte to its last, in constant memory.
  /// - Parameters:
  ///   - limit: how many files there may be.
  ///   - budget: asked before each piece that is read.
  package init(in source: some RandomAccessBytes, limit: Int, budget: WorkBudget) throws(ArchiveRefusal) {
    var reader = TarReader(limits: ArchiveLimits(entries: limit, tarExtensions: 0))
    var files: [File] = []
    try ArchivePieces.read(source, budget: budget) { (piece, place) throws(ArchiveRefusal) in
      var offset = 0
      while let event = try Self.next(&reader, in: piece, at: &offset) {
        switch event {
        case .entry(let entry):
          guard entry.kind == .file else { throw .memberKind }
          guard !files.contains(where: { $0.name == entry.name }) else { throw .repeatedMember }
          files.append(File(name: entry.name, content: 0..<0))
        case .data(let range): files[files.count - 1].extend(to: place + range.lowerBound..<place + range.upperBound)
        case .entryEnded: break
        }
      }
    }
    do throws(TarRefusal) { try reader.finish() } catch { throw .tar(error) }
    self.files = files
  }

  package subscript(_ name: ExactString) -> File? { files.first { $0.name == name } }

  private static func next(_ reader: inout TarReader, in piece: Span<UInt8>, at offset: inout Int) throws(ArchiveRefusal) -> TarReader
    .Event?
  {
    do throws(TarRefusal) { return try reader.next(in: piece, at: &offset) } catch { throw .tar(error) }
  }
}
