/// One entry of a tar file, with what extended headers and long names say about it.
package struct TarEntry: Hashable, Sendable {
  /// The name without a directory's last slash.
  package let name: ExactString
  package let kind: ArchiveEntryKind
  /// Bytes of content: 0 for what is not a file.
  package let size: Int
  /// What a link points to.
  package let linkName: ExactString?
  /// The header's own name, which a reader without extensions sees, where an extension gives another and it is a name at all.
  package let shortName: ExactString?
}

/// What stands before an entry's header and describes it.
struct TarExtensions {
  var extended: TarExtendedHeader?
  var longName: [UInt8]?
  var longLinkName: [UInt8]?

  var isEmpty: Bool { extended == nil && longName == nil && longLinkName == nil }
}

extension TarEntry {
  init(_ header: TarHeader, _ extensions: TarExtensions, _ naming: ArchiveNaming) throws(TarRefusal) {
    let kind: ArchiveEntryKind
    switch header.type {
    case 0, UInt8(ascii: "0"): kind = .file
    case UInt8(ascii: "1"): kind = .hardLink
    case UInt8(ascii: "2"): kind = .symbolicLink
    case UInt8(ascii: "5"): kind = .directory
    default: throw .type
    }
    guard extensions.extended?.size == nil || extensions.extended?.size == header.size else { throw .extendedHeader }
    guard kind == .file || header.size == 0 else { throw .linkWithContent }

    if let longName = extensions.longName, !longName.starts(with: header.name) { throw .longName }
    let extendedName = extensions.longName ?? extensions.extended?.path
    guard let path = ArchivePath.read(extendedName ?? header.name, naming), !path.hasSlash || kind == .directory else { throw .name }
    let short = extendedName == nil ? nil : ArchivePath.read(header.name, naming)?.name

    if let longLinkName = extensions.longLinkName, !longLinkName.starts(with: header.linkName) { throw .longName }
    let extendedLinkName = extensions.longLinkName ?? extensions.extended?.linkPath
    let isLink = kind == .hardLink || kind == .symbolicLink
    self.init(
      name: path.name, kind: kind, size: header.size,
      linkName: try Self.linkName(extendedLinkName ?? header.linkName, isLink: isLink),
      shortName: short == path.name ? nil : short)
  }

  private static func linkName(_ bytes: [UInt8], isLink: Bool) throws(TarRefusal) -> ExactString? {
    guard isLink else {
      guard bytes.isEmpty else { throw .linkName }
      return nil
    }
    guard !bytes.isEmpty, bytes.count <= ArchivePath.longest, !bytes.contains(where: ASCII.isControl), let name = ExactString(utf8: bytes)
    else { throw .linkName }
    return name
  }
}
