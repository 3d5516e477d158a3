/// A digest that can be computed over an artifact beside SHA-256, which is always computed.
///
/// Each costs as much as moving the bytes: an upload's protocol says which of them it needs.
package enum ArtifactDigest: Hashable, Sendable {
  case md5
  case sha1
  case sha512
  case blake2b256
}

/// What was computed over an artifact while it arrived.
package struct ArtifactDigests: Hashable, Sendable {
  package let sha256: SHA256Digest
  /// 16 bytes; `nil` if it was not asked for, or libcrypto's provider has none.
  package let md5: [UInt8]?
  /// 20 bytes; `nil` if it was not asked for, or libcrypto's provider has none.
  package let sha1: [UInt8]?
  /// 64 bytes; `nil` if it was not asked for, or libcrypto's provider has none.
  package let sha512: [UInt8]?
  /// 32 bytes; `nil` if it was not asked for.
  package let blake2b256: [UInt8]?

  package init(sha256: SHA256Digest, md5: [UInt8]? = nil, sha1: [UInt8]? = nil, sha512: [UInt8]? = nil, blake2b256: [UInt8]? = nil) {
    self.sha256 = sha256
    self.md5 = md5
    self.sha1 = sha1
    self.sha512 = sha512
    self.blake2b256 = blake2b256
  }
}
