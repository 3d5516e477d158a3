/// Bytes that nobody may see: wherever it is printed, logged, dumped or interpolated, it says only that it is there.
///
/// It is not `Hashable`, so that it can't become the key of something that is printed.
package struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  private let bytes: [UInt8]

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  package var isEmpty: Bool { bytes.isEmpty }

  /// The bytes, for the one place that sends them or compares them.
  package func withBytes<Value, Failure>(_ body: ([UInt8]) throws(Failure) -> Value) throws(Failure) -> Value { try body(bytes) }

  package var description: String { "‹redacted›" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: [] as [Mirror.Child]) }
}
