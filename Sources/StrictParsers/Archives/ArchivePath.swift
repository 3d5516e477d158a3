/// The name of an archive's entry: a relative path that stays where it is unpacked, on any system.
enum ArchivePath {
  /// The longest path that Linux takes (PATH_MAX).
  static let longest = 4_096

  /// The name without a directory's last slash, and whether there was one.
  ///
  /// `nil` for what unpackers and readers treat differently: an absolute path, empty, `.` and `..` segments, backslashes,
  /// controls, and what is not UTF-8. Where names are resolved first, for paths that are absolute, lead outside or say nothing, and the last two.
  static func read(
    _ bytes: some BidirectionalCollection<UInt8>, _ naming: ArchiveNaming = .plain
  ) -> (name: ExactString, hasSlash: Bool)? {
    guard bytes.count <= longest else { return nil }
    let hasSlash = bytes.last == UInt8(ascii: "/")
    let written = Array(bytes.dropLast(hasSlash ? 1 : 0))
    guard let path = naming == .plain ? written : resolved(written) else { return nil }
    var segment = (length: 0, isDots: true)
    for byte in path + [UInt8(ascii: "/")] {
      guard byte == UInt8(ascii: "/") else {
        guard !ASCII.isControl(byte), byte != UInt8(ascii: "\\") || naming == .resolved else { return nil }
        segment = (segment.length + 1, segment.isDots && byte == UInt8(ascii: "."))
        continue
      }
      guard segment.length > 0, !segment.isDots || segment.length > 2 else { return nil }
      segment = (0, true)
    }
    guard let name = ExactString(utf8: path) else { return nil }
    return (name, hasSlash)
  }

  /// The path without empty, `.` and `..` segments; `nil` if it is absolute or leads outside on its way.
  private static func resolved(_ path: [UInt8]) -> [UInt8]? {
    guard path.first != UInt8(ascii: "/") else { return nil }
    var kept: [ArraySlice<UInt8>] = []
    for segment in path.split(separator: UInt8(ascii: "/")) where !segment.elementsEqual(".".utf8) {
      if segment.elementsEqual("..".utf8) {
        guard kept.popLast() != nil else { return nil }
      } else {
        kept.append(segment)
      }
    }
    return Array(kept.joined(separator: CollectionOfOne(UInt8(ascii: "/"))))
  }
}
