/// Looks for bytes within others.
package enum ByteSearch {
  /// Whether `needle` stands anywhere in `bytes`. It takes time in proportion to `bytes`, for needles that do not repeat their own beginning.
  package static func contains(_ needle: [UInt8], in bytes: [UInt8]) -> Bool {
    guard let first = needle.first else { return true }
    var rest = bytes[...]
    while let start = rest.firstIndex(of: first) {
      rest = rest[start...]
      if rest.starts(with: needle) { return true }
      rest = rest.dropFirst()
    }
    return false
  }
}
