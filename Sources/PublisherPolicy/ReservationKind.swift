/// What an upload binds its credential to.
package enum ReservationKind: Hashable, Sendable {
  /// To the package's version, and the file's name to its bytes. A missing version is bound like a version.
  case file
  /// To the package, and to the version where the target has one: metadata, an index, a tag, whose bytes may change from upload to upload.
  ///
  /// Another version is accepted where the credential has sent the same bytes for a `.mutable` of the package: a further tag of one manifest.
  case mutable
  /// To the package: a piece of something larger, which may be sent any number of times.
  case part
}
