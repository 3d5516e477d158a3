/// Gathers what is wanted of an archive, entry by entry, and refuses what would make it something else once it is unpacked.
struct ArchiveCollection {
  private let limits: ArchiveLimits
  private var contents: [ExactString: [UInt8]] = [:]
  private var topLevelFolders: Set<ExactString> = []
  private var topLevelFiles: Set<ExactString> = []
  private var paths = ArchivePaths()
  private var links = ArchiveLinks()
  private var nameBytes = 0
  /// Of what was wanted.
  private var memberBytes = 0
  /// The last entry's.
  private var last: Int?

  init(limits: ArchiveLimits) { self.limits = limits }

  /// Takes note of the next entry, and says whether its content is wanted.
  /// - Parameters:
  ///   - shortName: another name, which some readers see.
  ///   - linkName: what a link points to.
  mutating func add(
    _ name: ExactString, _ kind: ArchiveEntryKind, size: Int, shortName: ExactString?, linkName: ExactString?,
    isWanted: (ExactString) -> Bool
  ) throws(ArchiveRefusal) -> Bool {
    try count(name, shortName, linkName)
    try addToTopLevel(name, kind)
    // A later entry of a link's name, or below it, is written where the link points to.
    guard !links.cover(name) else { throw .throughLink }
    guard let path = paths.insert(name, isFolder: kind == .directory) else { throw .fileAndFolder }
    guard paths.count <= limits.paths else { throw .tooMany }
    last = path
    if kind == .symbolicLink || kind == .hardLink {
      guard links.count < limits.links else { throw limits.links == 0 ? .link : .tooMany }
      links.insert(name)
    }
    if let shortName, isWanted(shortName) { throw .memberKind }
    guard isWanted(name) else { return false }
    guard kind == .file else { throw .memberKind }
    guard size <= limits.memberLength, size <= limits.memberBytes - memberBytes else { throw .memberTooLarge }
    memberBytes += size
    guard contents[name] != nil || contents.count < limits.members else { throw .tooMany }
    contents[name] = []
    return true
  }

  mutating func keep(_ content: [UInt8], of name: ExactString) { contents[name] = content }

  /// Refuses another entry of one name: some readers take the first and some the last. A copy is no other one, and tools make copies.
  /// - Parameter fingerprint: of what the last entry is, its content included.
  mutating func conclude(_ fingerprint: Int) throws(ArchiveRefusal) {
    guard let last else { return }
    self.last = nil
    guard paths.note(fingerprint, of: last) else { throw .repeatedMember }
  }

  func finish() throws(ArchiveRefusal) -> ArchiveMembers {
    return ArchiveMembers(contents: contents, topLevelFolders: topLevelFolders, topLevelFiles: topLevelFiles)
  }

  private mutating func addToTopLevel(_ name: ExactString, _ kind: ArchiveEntryKind) throws(ArchiveRefusal) {
    let first = name.utf8.prefix { $0 != UInt8(ascii: "/") }
    let isWhole = first.count == name.utf8.count
    let segment = isWhole ? name : ExactString(Substring(first))
    if isWhole && kind != .directory { topLevelFiles.insert(segment) } else { topLevelFolders.insert(segment) }
    guard topLevelFiles.count + topLevelFolders.count <= limits.topLevelNames else { throw .tooMany }
  }

  private mutating func count(_ name: ExactString, _ others: ExactString?...) throws(ArchiveRefusal) {
    guard name.utf8.count(where: { $0 == UInt8(ascii: "/") }) < limits.depth else { throw .tooDeep }
    nameBytes += others.reduce(name.utf8.count) { $0 + ($1?.utf8.count ?? 0) }
    guard nameBytes <= limits.nameBytes else { throw .namesTooLong }
  }
}
