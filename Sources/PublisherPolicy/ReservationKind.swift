/// What an upload reserves of its package beside the credential's use of it.
package enum ReservationKind: Hashable, Sendable {
  /// A file of a version: the first one binds the credential to the version, and each binds its name to its bytes.
  case file
  /// Metadata, an index or a tag, which later uploads replace: its version is bound where it has one, and each of its digests is recorded.
  case mutable
  /// A piece of something larger: it binds neither a version nor bytes.
  case part
}
