/// The name of an archive's entry: a relative path that stays where it is unpacked, on any system.
enum ArchivePath {
  /// The longest path that Linux takes (PATH_MAX).
  static let longest = 4_096

  /// The name without a directory's last slash, and whether there was one.
  ///
  /// `nil` for what unpackers and readers treat differently: an absolute path, empty, `.` and `..` segments, backslashes,
  /// controls, and what is not UTF-8.
  static func read(
    _ bytes: some BidirectionalCollection<UInt8>, _ naming: ArchiveNaming = .plain
  ) -> (name: ExactString, hasSlash: Bool)? {
    guard bytes.count <= longest else { return nil }
    let hasSlash = bytes.last == UInt8(ascii: "/")
    let isDotted = naming == .dotted && bytes.starts(with: "./".utf8)
    let path = Array(bytes.dropFirst(isDotted ? 2 : 0).dropLast(hasSlash ? 1 : 0))
    var segment = (length: 0, isDots: true)
    for byte in path + [UInt8(ascii: "/")] {
      guard byte == UInt8(ascii: "/") else {
        guard !ASCII.isControl(byte), byte != UInt8(ascii: "\\") else { return nil }
        segment = (segment.length + 1, segment.isDots && byte == UInt8(ascii: "."))
        continue
      }
      guard segment.length > 0, !segment.isDots || segment.length > 2 else { return nil }
      segment = (0, true)
    }
    guard let name = ExactString(utf8: path) else { return nil }
    return (name, hasSlash)
  }
}
