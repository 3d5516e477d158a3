/// Why one member of a JWK set can't verify signatures. Such a key is skipped; the others stay usable.
package enum KeyRefusal: String, Error, Hashable, Sendable, CaseIterable {
  case notAnObject = "it is not a JSON object"
  case noKeyID = "it has no `kid`, so that no token can name it"
  case malformed = "a member of it is missing, of a wrong type or not canonical base64url"
  case unsupportedType = "its `kty` or `crv` is not one of RSA, EC with P-256 or P-384, OKP with Ed25519"
  case privateKey = "it holds private key material, which anyone who read the set now has"
  case notForVerification = "its `use` or `key_ops` does not let it verify signatures"
  case algorithmMismatch = "its `alg` is not one that a key of its type can verify here"
  case modulusSize = "its RSA modulus has fewer than 2048 or more than 8192 bits"
  case weakModulus = "its RSA modulus is even or bears the ROCA fingerprint (CVE-2017-15361)"
  case exponent = "its RSA exponent is even, below 3 or above 32 bits"
  case notOnCurve = "its point is not on its curve"
  case libraryRefused = "libcrypto did not take it"
}
