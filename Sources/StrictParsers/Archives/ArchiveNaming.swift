/// How the names in a tar file may be written.
package enum ArchiveNaming: Hashable, Sendable {
  /// As plain paths.
  case plain
  /// Also as paths that are resolved before anything is unpacked: with empty and `.` segments, with `..` segments that stay inside, and with
  /// backslashes, which are characters of names.
  case resolved
}
