/// The name of an archive's entry: a relative path that stays where it is unpacked, on any system.
enum ArchivePath {
  /// The longest path that Linux takes (PATH_MAX).
  static let longest = 4_096

  /// The name without a directory's last slash, and whether there was one.
  ///
  /// Nil for what unpackers and readers treat differently: an absolute path, empty, `.` and `..` segments, backslashes,
  /// controls, and what is not UTF-8.
  static func read(_ bytes: some BidirectionalCollection<UInt8>) -> (name: ExactString, hasSlash: Bool)? {
    let hasSlash = bytes.last == UInt8(ascii: "/")
    let path = bytes.dropLast(hasSlash ? 1 : 0)
    guard bytes.count <= longest, !path.contains(where: { ASCII.isControl($0) || $0 == UInt8(ascii: "\\") }) else { return nil }
    for segment in path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      if segment.isEmpty || segment.elementsEqual(".".utf8) || segment.elementsEqual("..".utf8) { return nil }
    }
    guard let name = ExactString(utf8: Array(path)) else { return nil }
    return (name, hasSlash)
  }
}
