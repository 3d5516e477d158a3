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
      TextKey.append(issuer, to: &bytes)
      TextKey.append(id, to: &bytes)
    case .signedPart(let digest):
      bytes.append(2)
      TextKey.append(issuer, to: &bytes)
      bytes.append(contentsOf: digest.bytes)
    }
    return SHA256.digest(of: bytes)
  }
}
