import StrictParsers

/// A gem: a tar file of three files, and of a signature for each.
enum GemArchive {
  static let metadata: ExactString = "metadata.gz"
  static let data: ExactString = "data.tar.gz"
  static let checksums: ExactString = "checksums.yaml.gz"
  private static let files: Set<ExactString> = [metadata, data, checksums]
  private static let all = files.union(files.map { ExactString("\($0).sig") })
  /// A multiple of what real ones have. As long as they are read, all of them and what was read stand in memory.
  private static let mostMetadataBytes = 4 << 20
  private static let mostChecksumBytes = 64 << 10

  /// What the gem is, once every file in it was read.
  static func specification(in gem: some RandomAccessBytes, _ budget: WorkBudget) throws(UploadRefusal) -> GemSpecification {
    let found = try reading { () throws(ArchiveRefusal) in try TarFiles(in: gem, limit: 2 * all.count, budget: budget) }
    if let stranger = found.files.first(where: { !all.contains($0.name) }) { throw .unexpectedMember(stranger.name) }
    guard let metadata = found[metadata], let data = found[data] else { throw .metadataPlace }

    let text = try content(of: metadata, in: gem, limit: mostMetadataBytes, budget)
    let specification = try GemSpecification(parsing: text, budget)
    guard ([specification.fileName] + specification.otherFileNames).allSatisfy({ $0.utf8.count <= 255 }) else { throw .gem(.fileName) }
    if let checksums = found[checksums] {
      let stated = try GemChecksums(parsing: try content(of: checksums, in: gem, limit: mostChecksumBytes, budget), budget)
      for file in [metadata, data] { try stated.verify(RandomAccessSlice(gem, file.content), named: file.name, budget) }
    }
    // Nothing in it says what the gem is, but it is unpacked where gems are installed.
    _ = try reading { () throws(ArchiveRefusal) in
      try ArchiveMembers.ofTarGzip(RandomAccessSlice(gem, data.content), naming: .resolved, budget: budget) { _ in false }
    }
    return specification
  }

  private static func content(
    of file: TarFiles.File, in gem: some RandomAccessBytes, limit: Int, _ budget: WorkBudget
  ) throws(UploadRefusal) -> [UInt8] {
    try reading { () throws(ArchiveRefusal) in try GzipContent.read(RandomAccessSlice(gem, file.content), limit: limit, budget: budget) }
  }

  private static func reading<Read>(_ read: () throws(ArchiveRefusal) -> Read) throws(UploadRefusal) -> Read {
    do throws(ArchiveRefusal) { return try read() } catch { throw UploadRefusal(error) }
  }
}
