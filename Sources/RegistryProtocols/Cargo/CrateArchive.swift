import StrictParsers

/// The manifest within a crate, in the one place where every reader looks for it.
enum CrateArchive {
  private static let manifest = "Cargo.toml"
  /// The manifest as its author wrote it, since cargo writes the other one.
  private static let original = "Cargo.toml.orig"
  /// The largest manifests, of crates with thousands of features, have some 100 KiB.
  private static let limits = ArchiveLimits(memberLength: 2 << 20, members: 2, links: 0)

  /// Refuses a crate whose own manifests are of another release, missing, or not the only ones.
  static func verify(_ artifact: some RandomAccessBytes, of release: CrateRelease, _ budget: WorkBudget) throws(UploadRefusal) {
    let (folder, manifest, original) = try manifests(in: artifact, budget)
    guard folder == release.folder else { throw .metadataPlace }
    try manifest.agree(with: release)
    try original?.agreeWhereWritten(with: release)
  }

  /// What a crate says by itself.
  static func release(in artifact: some RandomAccessBytes, _ budget: WorkBudget) throws(UploadRefusal) -> CrateRelease {
    let (folder, manifest, original) = try manifests(in: artifact, budget)
    let release = try manifest.release()
    guard folder == release.folder else { throw .metadataPlace }
    try original?.agreeWhereWritten(with: release)
    return release
  }

  private static func manifests(
    in artifact: some RandomAccessBytes, _ budget: WorkBudget
  ) throws(UploadRefusal) -> (folder: ExactString, manifest: CrateManifest, original: CrateManifest?) {
    let members: ArchiveMembers
    do throws(ArchiveRefusal) {
      members = try ArchiveMembers.ofTarGzip(artifact, limits: limits, budget: budget, isWanted: isWanted)
    } catch {
      throw UploadRefusal(error)
    }
    guard members.topLevelFiles.isEmpty, members.topLevelFolders.count == 1, let folder = members.topLevelFolders.first else {
      throw .metadataPlace
    }
    let (place, origin) = (ExactString("\(folder)/\(manifest)"), ExactString("\(folder)/\(original)"))
    // Unpacked where case says nothing, `cargo.toml` replaces the manifest.
    guard members.contents.keys.allSatisfy({ $0 == place || $0 == origin }), let content = members.contents[place] else {
      throw .metadataPlace
    }
    return (
      folder, try CrateManifest(parsing: content, isOriginal: false, budget),
      try members.contents[origin].map { (content) throws(UploadRefusal) in
        try CrateManifest(parsing: content, isOriginal: true, budget)
      }
    )
  }

  private static func isWanted(_ path: ExactString) -> Bool {
    let segments = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard segments.count == 2 else { return false }
    return ASCII.equalIgnoringCase(segments[1], manifest.utf8) || segments[1].elementsEqual(original.utf8)
  }
}
