/// How the names in a tar file may be written.
package enum ArchiveNaming: Hashable, Sendable {
  /// As plain paths.
  case plain
  /// Also with `./` before them, which says nothing.
  case dotted
}
