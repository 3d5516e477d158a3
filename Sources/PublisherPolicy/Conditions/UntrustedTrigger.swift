import StrictParsers

/// Values of a claim that show a stranger's code running with the repository's identity. A publisher may name them, and then wants them.
package struct UntrustedTrigger: Hashable, Sendable {
  let claim: ExactString
  private let values: [ClaimPattern]

  init(_ claim: ExactString, _ values: [ExactString]) {
    self.claim = claim
    self.values = values.map { ClaimPattern($0, ignoringCase: false) }
  }

  /// A wildcard that dangerous values happen to match names none of them.
  func isNamed(by value: ExactString) -> Bool { values.contains { $0.matches(value) } }

  /// Whether the identity shows none of them, or one that the publisher named.
  func isAbsent(in identity: PublisherIdentity, _ provider: any CIProvider, named: [ClaimPattern]) -> Bool {
    if let value = identity.claim(claim) { return !isNamed(by: value) || named.contains { $0.matches(value) } }
    switch identity.claims[claim] {
    case .null, nil:
      // A token without a claim that every token has was made by something else than what its table is about.
      if case .required = provider.claims.use(of: claim) { return false }
      return true
    case .bool, .integer, .number, .string, .array, .object: return false
    }
  }
}
