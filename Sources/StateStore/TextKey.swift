import Digests
import StrictParsers

/// What rows are found by whose names may be of any length: SHA-256 over texts, each with its length before it, so that no two lists are written alike.
enum TextKey {
  static func digest(of texts: ExactString...) -> SHA256Digest {
    var bytes: [UInt8] = []
    for text in texts { append(text, to: &bytes) }
    return SHA256.digest(of: bytes)
  }

  static func append(_ text: ExactString, to bytes: inout [UInt8]) {
    let count = UInt64(text.utf8.count)
    for shift in stride(from: 56 as UInt64, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: count >> shift)) }
    bytes.append(contentsOf: text.utf8)
  }
}
