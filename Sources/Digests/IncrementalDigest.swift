/// A digest over bytes that come in pieces. A value: a copy goes on by itself.
package protocol IncrementalDigest<Value>: Sendable {
  associatedtype Value

  /// Takes the next bytes, without copying large pieces.
  mutating func update(_ bytes: RawSpan)

  /// The digest of everything so far; more may follow.
  func finalize() -> Value
}

extension IncrementalDigest {
  package mutating func update(_ bytes: [UInt8]) { unsafe update(bytes.span.bytes) }

  package mutating func update(_ bytes: Span<UInt8>) { unsafe update(bytes.bytes) }

  /// The memory must stay as it is during the call.
  @unsafe package mutating func update(_ bytes: UnsafeRawBufferPointer) { update(unsafe bytes.bytes) }
}
