import PublisherPolicy
import StrictParsers

/// A package of Dart: a `.tar.gz` with one `pubspec.yaml` at its top.
enum PubArchive {
  private static let pubspec: ExactString = "pubspec.yaml"
  private static let byteOrderMark = Array("\u{FEFF}".utf8)
  /// What pub.dev takes.
  private static let mostPubspecBytes = 128 << 10

  /// What the archive would publish, once all of it was read.
  static func target(of archive: some RandomAccessBytes, in registry: RegistryName, _ budget: WorkBudget) throws(UploadRefusal)
    -> PublishTarget
  {
    let members: ArchiveMembers
    do throws(ArchiveRefusal) {
      // On some systems a name in other letters is the same file.
      members = try ArchiveMembers.ofTarGzip(archive, limits: ArchiveLimits(memberLength: mostPubspecBytes), budget: budget) {
        ASCII.equalIgnoringCase($0, pubspec)
      }
    } catch {
      throw UploadRefusal(error)
    }
    guard members.contents.count == 1, var text = members.contents[pubspec] else { throw .metadataPlace }
    // Dart's reader of files takes a byte order mark at the beginning out.
    if text.starts(with: byteOrderMark) { text.removeFirst(byteOrderMark.count) }
    let root: YAMLNode
    do throws(YAMLError) { root = try StrictYAML.parse(text, dialect: .yaml12, budget: budget) } catch {
      throw UploadRefusal(error, in: pubspec, text)
    }
    let naming = PubNaming()
    guard root.tag == nil, let name = root.mapping?["name"]?.string.flatMap({ naming.canonicalName($0) }) else {
      throw .malformedMetadata(MetadataDoubt("their name is missing, or is not one string that is an identifier of Dart"))
    }
    guard let version = root.mapping?["version"]?.string.flatMap({ naming.canonicalVersion($0) }) else {
      throw .malformedMetadata(MetadataDoubt("their version is missing, or is not one string that is a semantic version of three numbers"))
    }
    return PublishTarget(
      registry: registry, package: .init(canonical: name), version: .init(written: version, canonical: version),
      file: ExactString("\(name)-\(version).tar.gz"))
  }
}
