/// MD5 (RFC 1321) through libcrypto, for the form fields in which old clients still send it. It proves nothing.
package struct MD5: IncrementalDigest {
  package static let length = 16
  private static let algorithm = MessageDigest("MD5")
  private var context: DigestContext?

  /// `nil` if libcrypto's provider has no MD5, as in FIPS mode.
  package init?() {
    guard let algorithm = Self.algorithm, let context = DigestContext(algorithm) else { return nil }
    self.context = context
  }

  package mutating func update(_ bytes: RawSpan) { if context?.update(bytes) == false { context = nil } }

  /// 16 bytes; `nil` if libcrypto failed on the way.
  package func finalize() -> [UInt8]? { context?.finalize() }
}
