import Digests
package import StrictParsers

/// What the configuration demands of one issuer's tokens.
package struct IssuerRules: Hashable, Sendable {
  /// Exactly the token's `iss`.
  package let url: ExactString
  package let algorithms: Set<SignatureAlgorithm>
  /// Seconds between `iat` and `exp` at most.
  package let longestLifetime: Int64
  package let form: TokenForm
  /// Of all of the above: what was verified under other rules is verified again.
  let digest: SHA256Digest

  package init(url: ExactString, algorithms: Set<SignatureAlgorithm>, longestLifetime: Int64, form: TokenForm) {
    self.url = url
    self.algorithms = algorithms
    self.longestLifetime = longestLifetime
    self.form = form
    let rules: [JSONValue] = [
      .string(url), .array(algorithms.map(\.name).sorted().map { .string($0) }), .integer(longestLifetime), .bool(form.hasID),
      .string(ExactString(form.audience.rawValue)),
    ]
    digest = SHA256.digest(of: JSONValue.array(rules).encoded())
  }
}
