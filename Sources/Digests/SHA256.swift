/// SHA-256 (FIPS 180-4) through libcrypto.
///
/// Every libcrypto has it, and its calls fail only where memory is exhausted, where Swift's own allocations end the process too.
package struct SHA256: IncrementalDigest {
  private static let algorithm = MessageDigest("SHA256")
  private var context: DigestContext

  package init() { context = Self.proven(Self.algorithm.flatMap { DigestContext($0) }) }

  package mutating func update(_ bytes: RawSpan) { precondition(context.update(bytes), "libcrypto could not go on with a SHA-256") }

  package func finalize() -> SHA256Digest { Self.proven(context.finalize().flatMap { SHA256Digest(bytes: $0) }) }

  /// For bytes that are all there.
  package static func digest(of bytes: RawSpan) -> SHA256Digest {
    proven(algorithm?.digest(of: bytes, length: SHA256Digest.length).flatMap { SHA256Digest(bytes: $0) })
  }

  /// For bytes that are all there.
  package static func digest(of bytes: some Collection<UInt8>) -> SHA256Digest {
    let bytes = Array(bytes)
    return unsafe digest(of: bytes.span.bytes)
  }

  private static func proven<Value>(_ value: Value?) -> Value {
    guard let value else { preconditionFailure("libcrypto offers no SHA-256") }
    return value
  }
}
