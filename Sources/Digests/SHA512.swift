/// SHA-512 (FIPS 180-4) through libcrypto, for checksums that clients send.
package struct SHA512: IncrementalDigest {
  package static let length = 64
  private static let algorithm = MessageDigest("SHA512")
  private var context: DigestContext?

  /// `nil` if libcrypto's provider has no SHA-512.
  package init?() {
    guard let algorithm = Self.algorithm, let context = DigestContext(algorithm) else { return nil }
    self.context = context
  }

  package mutating func update(_ bytes: RawSpan) { if context?.update(bytes) == false { context = nil } }

  /// 64 bytes; `nil` if libcrypto failed on the way.
  package func finalize() -> [UInt8]? { context?.finalize() }
}
