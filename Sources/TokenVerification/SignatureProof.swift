import Digests

/// That a token's signature held, under which rules and by which key, and what it says: all that need not be computed twice.
struct SignatureProof: Sendable {
  let rules: SHA256Digest
  let key: SHA256Digest
  let signedPart: SHA256Digest
  let claims: RegisteredClaims
}
