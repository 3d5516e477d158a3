/// Computes an artifact's digests as it arrives: no more of them than are needed, since each costs as much as moving the bytes.
package struct ArtifactHasher: Sendable {
  private var sha256 = SHA256()
  private var md5: MD5?
  private var sha1: SHA1?
  private var sha512: SHA512?
  private var blake2b256: BLAKE2b256?

  package init(_ digests: Set<ArtifactDigest>) {
    md5 = digests.contains(.md5) ? MD5() : nil
    sha1 = digests.contains(.sha1) ? SHA1() : nil
    sha512 = digests.contains(.sha512) ? SHA512() : nil
    blake2b256 = digests.contains(.blake2b256) ? BLAKE2b256() : nil
  }

  package mutating func update(_ bytes: RawSpan) {
    sha256.update(bytes)
    md5?.update(bytes)
    sha1?.update(bytes)
    sha512?.update(bytes)
    blake2b256?.update(bytes)
  }

  package func finalize() -> ArtifactDigests {
    ArtifactDigests(
      sha256: sha256.finalize(), md5: md5?.finalize(), sha1: sha1?.finalize(), sha512: sha512?.finalize(),
      blake2b256: blake2b256?.finalize())
  }
}
