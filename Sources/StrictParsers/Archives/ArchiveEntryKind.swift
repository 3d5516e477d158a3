/// What an entry of an archive is.
package enum ArchiveEntryKind: Hashable, Sendable {
  case file
  case directory
  case symbolicLink
  /// Tar only: another name of a file that the archive has already.
  case hardLink
}
