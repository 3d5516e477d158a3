/// Why the metadata within an artifact could be read in two ways, in the words of an ecosystem's own reader of them.
package struct MetadataDoubt: Hashable, Sendable {
  /// What people are told, as the end of a sentence. It repeats nothing of the upload.
  let explanation: String

  package init(_ explanation: StaticString) { self.explanation = "\(explanation)" }

  /// - Parameter offset: Bytes of the metadata before the place.
  package init(_ reason: some RawRepresentable<String> & CaseIterable, at offset: Int) {
    explanation = "\(reason.rawValue) (byte \(offset))"
  }
}
