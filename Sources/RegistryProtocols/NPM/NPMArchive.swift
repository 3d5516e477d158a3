import StrictParsers

/// The `package.json` within a package, in the one place where every reader looks for it: below whatever folder is at the top.
enum NPMArchive {
  private static let manifest = "package.json"

  /// Refuses a file whose own manifest is of another version, missing, or not the only one.
  static func verify(
    _ artifact: some RandomAccessBytes, of name: NPMName, _ version: SemanticVersion, _ budget: WorkBudget
  ) throws(UploadRefusal) {
    let own = try read(artifact, budget)
    guard own.name.written == name.written else { throw .metadataMismatch("name") }
    guard own.version.written == version.written else { throw .metadataMismatch("version") }
  }

  static func read(
    _ artifact: some RandomAccessBytes, _ budget: WorkBudget
  ) throws(UploadRefusal) -> (name: NPMName, version: SemanticVersion) {
    let members: ArchiveMembers
    do throws(ArchiveRefusal) {
      members = try ArchiveMembers.ofTarGzip(artifact, budget: budget) { path in
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
    return try read(content)
  }

  private static func read(_ content: [UInt8]) throws(UploadRefusal) -> (name: NPMName, version: SemanticVersion) {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let object: JSONObject
    do throws(JSONError) {
      object = try StrictJSON.parseObject(content.starts(with: mark) ? content[3...] : content[...], limits: .init(depthOfUniqueNames: 1))
    } catch {
      throw .malformedMetadata(MetadataDoubt(error.reason, at: error.offset))
    }
    guard let name = object["name"]?.string.flatMap({ NPMName(trimmed($0)) }) else {
      throw .malformedMetadata(MetadataDoubt("their name is not one"))
    }
    guard let version = object["version"]?.string.flatMap({ SemanticVersion(cleaned($0)) }) else {
      throw .malformedMetadata(MetadataDoubt("their version is not one"))
    }
    return (name, version)
  }

  /// As npm cleans a version before it publishes: without a `v` or `=` before it, and without what follows `+`.
  private static func cleaned(_ text: ExactString) -> ExactString {
    let bare = trimmed(text).text.drop { "v= ".contains($0) }
    return ExactString(bare.prefix { $0 != "+" })
  }

  private static func trimmed(_ text: ExactString) -> ExactString {
    let isSpace = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == 0x0A || byte == 0x0D }
    let rest = text.utf8.drop(while: isSpace)
    return ExactString(String(decoding: rest.dropLast(rest.reversed().prefix(while: isSpace).count), as: UTF8.self))
  }
}
