package import Digests
package import StrictParsers

/// What a credential sent under a name, with one of the digests that it had.
package struct BoundArtifact: Hashable, Sendable {
  /// How many of them are given at most, the newest first.
  static let most = 1000

  package let name: ExactString
  /// Canonical; `nil` if the upload had none.
  package let version: ExactString?
  /// SHA-256, and MD5, SHA-1 and SHA-512 where they were computed.
  package let digests: ArtifactDigests

  package init(name: ExactString, version: ExactString?, digests: ArtifactDigests) {
    self.name = name
    self.version = version
    self.digests = digests
  }
}
