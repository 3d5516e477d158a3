import StrictParsers

/// A package, or its symbols: a zip file with one nuspec at its root.
enum NuGetArchive {
  private static let mostMetadataBytes = 4 << 20

  /// What the package is, by its one manifest.
  static func nuspec(in package: some RandomAccessBytes, _ budget: WorkBudget) throws(UploadRefusal) -> Nuspec {
    let entries: [ZipEntry]
    let members: ArchiveMembers
    do throws(ArchiveRefusal) {
      let limits = ArchiveLimits(memberLength: mostMetadataBytes)
      let zip = try ArchiveMembers.openZip(package, limits: limits, budget: budget)
      entries = zip.entries
      members = try ArchiveMembers.ofZip(zip, limits: limits, budget: budget) {
        let name = NuGetEntryName($0)
        return name.isManifestAtRoot || name.isRelationships
      }
    } catch { throw UploadRefusal(error) }
    guard !entries.contains(where: { NuGetEntryName($0.name).isPiece }) else { throw .nuget(.pieces) }
    let manifest = try manifest(among: entries)
    guard let content = members.contents[manifest.name] else { throw .metadataPlace }
    let others = members.contents.filter { $0.key != manifest.name }
    guard others.count < 2 else { throw .metadataPlace }
    for relationships in others.values { try NuGetRelationships.check(relationships, name: NuGetEntryName(manifest.name), budget) }
    return try Nuspec(parsing: content, budget)
  }

  /// The one at the root. Readers that take the first of the file or of its directory, in whatever folder, find it, too.
  private static func manifest(among entries: [ZipEntry]) throws(UploadRefusal) -> ZipEntry {
    let all = entries.filter { NuGetEntryName($0.name).isManifest }
    let atRoot = all.filter { NuGetEntryName($0.name).isManifestAtRoot }
    guard atRoot.count == 1, let manifest = atRoot.first else { throw .metadataPlace }
    guard NuGetEntryName(manifest.name).isPlain else { throw .nuget(.manifestName) }
    let firstInFile = all.min { $0.localHeaderOffset < $1.localHeaderOffset }
    guard all.first == manifest, firstInFile == manifest else { throw .nuget(.manifestOrder) }
    return manifest
  }
}
