import Digests
package import StrictParsers

/// What the configuration demands of one issuer's tokens.
package struct IssuerRules: Hashable, Sendable {
  /// Exactly the token's `iss`.
  package let url: ExactString
  package let algorithms: Set<SignatureAlgorithm>
  /// Seconds between `iat` and `exp` at most.
  package let longestLifetime: Int64
  /// Whether a token without `jti` is refused.
  package let requiresTokenID: Bool
  /// Of all of the above: what was verified under other rules is verified again.
  let digest: SHA256Digest

  package init(url: ExactString, algorithms: Set<SignatureAlgorithm>, longestLifetime: Int64, requiresTokenID: Bool) {
    self.url = url
    self.algorithms = algorithms
    self.longestLifetime = longestLifetime
    self.requiresTokenID = requiresTokenID
    let rules: [JSONValue] = [
      .string(url), .array(algorithms.map(\.name).sorted().map { .string($0) }), .integer(longestLifetime), .bool(requiresTokenID),
    ]
    digest = SHA256.digest(of: JSONValue.array(rules).encoded())
  }
}
