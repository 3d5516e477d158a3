import Digests
package import StrictParsers

/// Decides whether a token is genuine, current and for us. It knows no other issuers than those of its rules.
package struct TokenVerifier: Sendable {
  /// Seconds by which an issuer's clock may differ from ours. A memory of used tokens must last for as long past `exp`.
  package static let clockSkew: Int64 = 30

  let rules: [ExactString: IssuerRules]
  private let tokenLimit: Int
  private let cache: VerifiedSignatureCache

  /// `tokenLimit` in bytes. The cache may be shared by verifiers of other rules, and outlive them.
  package init(issuers: [IssuerRules], tokenLimit: Int = UnverifiedToken.usualLimit, cache: VerifiedSignatureCache) {
    rules = Dictionary(issuers.map { ($0.url, $0) }) { first, _ in first }
    self.tokenLimit = tokenLimit
    self.cache = cache
  }

  /// Takes a compact token apart and proves that its issuer is one of ours, before anybody asks that issuer for anything.
  package func read(_ compact: some Collection<UInt8>) throws(TokenRefusal) -> UnverifiedToken {
    guard compact.count <= tokenLimit else { throw .tooLarge(limit: tokenLimit) }
    let text = Array(compact)
    let digest = SHA256.digest(of: text)
    let token: UnverifiedToken
    if let known = cache.token(digest) { token = known } else { token = try UnverifiedToken(text, digest: digest) }
    _ = try rules(for: token)
    return token
  }

  /// Verifies the token with its issuer's keys, and that it is meant for `audience` and valid at `now`.
  package func verify(
    _ token: UnverifiedToken, with keys: KeySet, audience: ExactString, at now: UnixTime
  ) throws(TokenRefusal) -> VerifiedToken {
    let rules = try rules(for: token)
    let key = try key(of: token, in: keys)
    let proof = try proof(of: token, by: key, under: rules)
    let claims = proof.claims
    do { try ClaimRules(rules: rules, audience: audience, now: now).check(claims) } catch {
      if case .expired = error { cache.forget(token.digest) }
      throw error
    }
    return VerifiedToken(
      issuer: token.issuer, keyID: token.keyID, algorithm: token.algorithm, subject: claims.subject, audience: claims.audience,
      issuedAt: claims.issuedAt, expiry: claims.expiry,
      id: TokenID(issuer: token.issuer, value: claims.tokenID.map { .jti($0) } ?? .signedPart(proof.signedPart)),
      signedPartDigest: proof.signedPart, claims: token.claims)
  }

  private func rules(for token: UnverifiedToken) throws(TokenRefusal) -> IssuerRules {
    guard let rules = rules[token.issuer] else { throw .unknownIssuer }
    guard rules.algorithms.contains(token.algorithm) else { throw .algorithmNotAllowed }
    return rules
  }

  /// Exactly the key that the token names: there is no default key, and no second try.
  private func key(of token: UnverifiedToken, in keys: KeySet) throws(TokenRefusal) -> JSONWebKey {
    switch keys.entry(token.keyID) {
    case .key(let key):
      guard key.algorithms.contains(token.algorithm) else { throw .algorithmNotAllowed }
      return key
    case .unusable(let reason): throw .unusableKey(reason)
    case .ambiguous: throw .ambiguousKey
    case nil: throw .unknownKey
    }
  }

  private func proof(of token: UnverifiedToken, by key: JSONWebKey, under rules: IssuerRules) throws(TokenRefusal) -> SignatureProof {
    if let proof = token.proof, proof.rules == rules.digest, proof.key == key.thumbprint { return proof }
    guard token.jws.isSigned(by: key) else { throw .badSignature }
    let proof = SignatureProof(
      rules: rules.digest, key: key.thumbprint, signedPart: SHA256.digest(of: token.jws.signedPart),
      claims: try RegisteredClaims(token.claims, rules.form))
    var proven = token
    proven.proof = proof
    cache.remember(proven)
    return proof
  }
}
