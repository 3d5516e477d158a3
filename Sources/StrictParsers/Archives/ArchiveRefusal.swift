/// Why the members of an archive are not taken from it.
package enum ArchiveRefusal: Error, Hashable, Sendable {
  case gzip(GzipRefusal)
  case tar(TarRefusal)
  case zip(ZipRefusal)
  /// A member that is wanted is a link or a directory, or has a second name to some readers.
  case memberKind
  /// A member stands twice in the archive and is not the same both times.
  case repeatedMember
  /// A member that is wanted is larger than its limit.
  case memberTooLarge
  /// An entry is a link, which no archive of its kind has.
  case link
  /// More members are wanted, links made, paths named, or names at the top than the limits allow.
  case tooMany
  /// A name has more segments than its limit.
  case tooDeep
  /// All names together are longer than their limit.
  case namesTooLong
  /// The caller's budget of work was used up.
  case budgetSpent
  /// An entry that would be unpacked through a link or over it.
  case throughLink
  /// A path is both a folder and something else.
  case fileAndFolder
  /// Our own storage failed.
  case unreadable(UnreadableBytes)

  /// Whether our own machine failed, its storage or its memory, and not the archive: try again.
  package var isOurFailure: Bool {
    switch self {
    case .unreadable, .zip(.unreadable), .zip(.inflate(.outOfMemory)), .gzip(.inflate(.outOfMemory)): true
    case .gzip, .tar, .zip, .memberKind, .repeatedMember, .memberTooLarge, .link, .tooMany, .tooDeep, .namesTooLong, .budgetSpent,
      .throughLink,
      .fileAndFolder:
      false
    }
  }
}
