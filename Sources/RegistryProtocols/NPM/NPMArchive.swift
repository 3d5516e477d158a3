import StrictParsers

/// The `package.json` within a package, in the one place where every reader looks for it: below whatever folder is at the top.
enum NPMArchive {
  private static let manifest = "package.json"

  /// The largest manifests have some 100 KiB. A second one is kept to be refused.
  private static let limits = ArchiveLimits(memberLength: 2 << 20, members: 2)

  /// What a manifest says, and may say otherwise than the document: npm cleans a version before it publishes, Yarn does not.
  struct Manifest: Hashable, Sendable {
    let name: NPMName
    /// Without the white space around it.
    let writtenVersion: ExactString
    let cleanedVersion: SemanticVersion
  }

  /// Refuses a file whose own manifest is of another version, missing, or not the only one.
  static func verify(
    _ artifact: some RandomAccessBytes, of name: NPMName, _ version: SemanticVersion, _ budget: WorkBudget
  ) throws(UploadRefusal) {
    let own = try read(artifact, budget)
    guard own.name.written == name.written else { throw .metadataMismatch("name") }
    guard own.writtenVersion == version.written || own.cleanedVersion.written == version.written else { throw .metadataMismatch("version") }
  }

  static func read(_ artifact: some RandomAccessBytes, _ budget: WorkBudget) throws(UploadRefusal) -> Manifest {
    let members: ArchiveMembers
    do throws(ArchiveRefusal) {
      members = try ArchiveMembers.ofTarGzip(artifact, limits: limits, budget: budget) { path in
        let segments = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return segments.count == 2 && ASCII.equalIgnoringCase(segments[1], manifest.utf8)
      }
    } catch {
      throw UploadRefusal(error)
    }
    // Unpackers leave out the first segment, so that the contents of two folders become one.
    guard members.topLevelFiles.isEmpty, members.topLevelFolders.count == 1, let folder = members.topLevelFolders.first,
      members.contents.count == 1, let content = members.contents[ExactString("\(folder)/\(manifest)")]
    else { throw .metadataPlace }
    return try read(content, budget)
  }

  private static func read(_ content: [UInt8], _ budget: WorkBudget) throws(UploadRefusal) -> Manifest {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let object: JSONObject
    do throws(JSONError) {
      object = try StrictJSON.parseObject(
        content.starts(with: mark) ? content[3...] : content[...], limits: .init(depthOfUniqueNames: 0, replacesLoneSurrogates: true),
        budget: budget)
    } catch {
      throw error.reason == .budgetSpent ? .inspectionTooLong : .malformedMetadata(MetadataDoubt(error.reason, at: error.offset))
    }
    guard let name = try text("name", of: object).flatMap({ NPMName(NPMVersion.trimmed($0)) }) else {
      throw .malformedMetadata(MetadataDoubt("their name is not one"))
    }
    guard let written = try text("version", of: object), let cleaned = NPMVersion.cleaned(written) else {
      throw .malformedMetadata(MetadataDoubt("their version is not one"))
    }
    return Manifest(name: name, writtenVersion: NPMVersion.trimmed(written), cleanedVersion: cleaned)
  }

  /// Of a member that must not stand twice. What others say decides nothing, and people write some of them twice.
  private static func text(_ name: ExactString, of object: JSONObject) throws(UploadRefusal) -> ExactString? {
    let values = object.members.filter { $0.name == name }
    guard values.count < 2 else { throw .malformedMetadata(MetadataDoubt("their name or their version stands twice")) }
    return values.first?.value.string
  }
}
