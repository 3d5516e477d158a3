/// How much of an archive is read. The defaults let through whatever PyPI has accepted, and hold no more than some MiB in memory.
package struct ArchiveLimits: Hashable, Sendable {
  /// What may come out of compression.
  package var inflate: InflateLimits
  /// Entries, those that describe others included.
  package var entries: Int
  /// Bytes of one content that is kept: core metadata with a long description in it.
  package var memberLength: Int
  /// Contents that are kept.
  package var members: Int
  /// Bytes of all contents that are kept.
  package var memberBytes: Int
  /// Names at the top of the archive.
  package var topLevelNames: Int
  /// Segments of one name.
  package var depth: Int
  /// Files and folders, those that are named only as part of another path included.
  package var paths: Int
  /// Bytes of all names, and of what links point to, together.
  package var nameBytes: Int
  /// Links of a tar file. 0 if its kind has none.
  package var links: Int
  /// Bytes of a zip file's central directory.
  package var zipDirectory: Int
  /// Bytes of one extended header or long name of a tar file.
  package var tarExtension: Int
  /// Bytes of all of them together. 0 if its kind has none.
  package var tarExtensions: Int

  package init(
    inflate: InflateLimits = InflateLimits(), entries: Int = 200_000, memberLength: Int = 8 << 20, members: Int = 16,
    memberBytes: Int = 16 << 20,
    topLevelNames: Int = 10_000, depth: Int = 128, paths: Int = 250_000, nameBytes: Int = 32 << 20, links: Int = 10_000,
    zipDirectory: Int = 32 << 20,
    tarExtension: Int = 1 << 20, tarExtensions: Int = 32 << 20
  ) {
    self.inflate = inflate
    self.entries = entries
    self.memberLength = memberLength
    self.members = members
    self.memberBytes = memberBytes
    self.topLevelNames = topLevelNames
    self.depth = depth
    self.paths = paths
    self.nameBytes = nameBytes
    self.links = links
    self.zipDirectory = zipDirectory
    self.tarExtension = tarExtension
    self.tarExtensions = tarExtensions
  }
}
