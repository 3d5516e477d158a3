extension ExactString {
  /// A number by which texts that were chosen in advance are told apart quickly: the same for equal texts, of few of their bytes.
  ///
  /// A stranger can make many texts of one fingerprint: nothing may cost more than a comparison for each of them.
  package var fingerprint: Int {
    let bytes = text.utf8Span.span
    guard !bytes.isEmpty else { return 0 }
    let ends = Int(bytes[0]) &* 7 &+ Int(bytes[bytes.count - 1]) &* 37
    return ends &+ Int(bytes[bytes.count / 2]) &* 101 &+ bytes.count &* 11
  }
}
