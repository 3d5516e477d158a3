package import Digests

/// A digest that an upload's form can state beside SHA-256, which is always computed.
package enum ArtifactDigest: Hashable, Sendable, CaseIterable {
  case md5
  case blake2b256
}

/// What was computed over an artifact while it arrived.
package struct ArtifactDigests: Hashable, Sendable {
  package let sha256: SHA256Digest
  /// 16 bytes; `nil` if it was not asked for, or libcrypto's provider has none.
  package let md5: [UInt8]?
  /// 32 bytes; `nil` if it was not asked for.
  package let blake2b256: [UInt8]?

  package init(sha256: SHA256Digest, md5: [UInt8]? = nil, blake2b256: [UInt8]? = nil) {
    self.sha256 = sha256
    self.md5 = md5
    self.blake2b256 = blake2b256
  }
}

/// Computes an artifact's digests as it arrives: no more of them than are needed, since each costs as much as moving the bytes.
package struct ArtifactHasher: Sendable {
  private var sha256 = SHA256()
  private var md5: MD5?
  private var blake2b256: BLAKE2b256?

  package init(_ digests: Set<ArtifactDigest>) {
    md5 = digests.contains(.md5) ? MD5() : nil
    blake2b256 = digests.contains(.blake2b256) ? BLAKE2b256() : nil
  }

  package mutating func update(_ bytes: RawSpan) {
    sha256.update(bytes)
    md5?.update(bytes)
    blake2b256?.update(bytes)
  }

  package func finalize() -> ArtifactDigests {
    ArtifactDigests(sha256: sha256.finalize(), md5: md5?.finalize(), blake2b256: blake2b256?.finalize())
  }
}
