/// SHA-1 (FIPS 180-4) through libcrypto, for the checksum files that old clients still send. It proves nothing.
package struct SHA1: IncrementalDigest {
  package static let length = 20
  private static let algorithm = MessageDigest("SHA1")
  private var context: DigestContext?

  /// `nil` if libcrypto's provider has no SHA-1.
  package init?() {
    guard let algorithm = Self.algorithm, let context = DigestContext(algorithm) else { return nil }
    self.context = context
  }

  package mutating func update(_ bytes: RawSpan) { if context?.update(bytes) == false { context = nil } }

  /// 20 bytes; `nil` if libcrypto failed on the way.
  package func finalize() -> [UInt8]? { context?.finalize() }
}
