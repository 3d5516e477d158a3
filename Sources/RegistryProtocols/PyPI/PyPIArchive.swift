import StrictParsers

/// The metadata within a wheel or a source archive, in the one place where every reader looks for them.
enum PyPIArchive {
  private static let metadataVersion = Array("Metadata-Version".utf8)

  /// Refuses an artifact whose own metadata are of another release, missing, or not the only ones.
  static func verify(_ artifact: some RandomAccessBytes, of release: PyPIRelease, _ budget: WorkBudget) throws(UploadRefusal) {
    let (folder, metadata) = try foundMetadata(in: artifact, release.type, budget)
    guard metadata.name == release.name else { throw .metadataMismatch("name") }
    guard metadata.version.canonical == release.version.canonical else { throw .metadataMismatch("version") }
    let suffix = release.type == .wheel ? distInfo : ""
    guard PyPIFileName(name: release.name, version: release.version).admitsFolder(folder, suffix: suffix) else { throw .metadataPlace }
  }

  /// The artifact's metadata, wherever its folder says that they belong.
  static func metadata(
    in artifact: some RandomAccessBytes, _ type: PyPIFileType, _ budget: WorkBudget
  ) throws(UploadRefusal) -> CoreMetadata {
    try foundMetadata(in: artifact, type, budget).metadata
  }

  private static let distInfo = ".dist-info"

  private static func foundMetadata(
    in artifact: some RandomAccessBytes, _ type: PyPIFileType, _ budget: WorkBudget
  ) throws(UploadRefusal) -> (folder: ExactString, metadata: CoreMetadata) {
    let (folder, file) = try place(in: artifact, type, budget)
    do throws(CoreMetadataRefusal) { return (folder, try CoreMetadata(parsing: file)) } catch {
      throw .malformedMetadata(MetadataDoubt(error.explanation))
    }
  }

  private static func place(
    in artifact: some RandomAccessBytes, _ type: PyPIFileType, _ budget: WorkBudget
  ) throws(UploadRefusal) -> (folder: ExactString, file: [UInt8]) {
    let members = try members(of: artifact, type, budget)
    let name: String
    let folder: ExactString?
    switch type {
    case .wheel:
      name = "METADATA"
      let folders = members.topLevelFolders.filter { ASCII.lowercased($0.utf8).suffix(distInfo.utf8.count).elementsEqual(distInfo.utf8) }
      folder = folders.count == 1 ? folders.first : nil
    case .sourceArchive:
      name = "PKG-INFO"
      folder = members.topLevelFolders.count == 1 && members.topLevelFiles.isEmpty ? members.topLevelFolders.first : nil
    }
    guard let folder else { throw .metadataPlace }
    let path = ExactString("\(folder)/\(name)")
    guard let file = members.contents[path] else { throw .metadataPlace }
    let isMisleading = members.contents.contains { isFirst($0.key, of: path) && ByteSearch.contains(metadataVersion, in: $0.value) }
    guard !isMisleading else { throw .metadataPlace }
    return (folder, file)
  }

  /// Whether a path comes before another in the order of the `pkginfo` library: by depth, then segment by segment.
  private static func isFirst(_ path: ExactString, of other: ExactString) -> Bool {
    func segments(_ path: ExactString) -> [Substring.UTF8View] {
      path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    }
    let (left, right) = (segments(path), segments(other))
    guard left.count == right.count else { return left.count < right.count }
    return left.lexicographicallyPrecedes(right) { $0.lexicographicallyPrecedes($1) }
  }

  /// With the metadata, all that a reader could take for them: the `pkginfo` library takes the first file, of those least deep, whose path has
  /// the metadata's name anywhere in it and whose content has `Metadata-Version`.
  private static func members(
    of artifact: some RandomAccessBytes, _ type: PyPIFileType, _ budget: WorkBudget
  ) throws(UploadRefusal) -> ArchiveMembers {
    let name = Array((type == .wheel ? "METADATA" : "PKG-INFO").utf8)
    let isWanted = { (path: ExactString) in
      path.utf8.count(where: { $0 == UInt8(ascii: "/") }) < 2 && ByteSearch.contains(name, in: Array(path.utf8))
    }
    do throws(ArchiveRefusal) {
      switch type {
      case .wheel, .sourceArchive(.zip): return try ArchiveMembers.ofZip(artifact, budget: budget, isWanted: isWanted)
      case .sourceArchive(.tarGzip): return try ArchiveMembers.ofTarGzip(artifact, budget: budget, isWanted: isWanted)
      }
    } catch {
      throw UploadRefusal(error)
    }
  }
}
