import Digests
import StrictParsers
import TokenVerification

extension TokenID {
  /// What the token's row is found by: SHA-256 over its id, whose parts are marked and delimited so that no two ids are written alike.
  var key: SHA256Digest {
    var bytes: [UInt8] = []
    switch value {
    case .jti(let id):
      bytes.append(1)
      Self.append(issuer, to: &bytes)
      Self.append(id, to: &bytes)
    case .signedPart(let digest):
      bytes.append(2)
      Self.append(issuer, to: &bytes)
      bytes.append(contentsOf: digest.bytes)
    }
    return SHA256.digest(of: bytes)
  }

  private static func append(_ text: ExactString, to bytes: inout [UInt8]) {
    let count = UInt64(text.utf8.count)
    for shift in stride(from: 56 as UInt64, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: count >> shift)) }
    bytes.append(contentsOf: text.utf8)
  }
}
