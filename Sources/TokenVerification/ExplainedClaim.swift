package import StrictParsers

/// A registered claim as `explain` shows it: what it must be, what it is, and whether that holds.
package struct ExplainedClaim: Sendable {
  package enum Expectation: Sendable {
    case text(ExactString)
    /// Later than this, and at most so many seconds after `iat`.
    case laterThan(UnixTime, lifetime: Int64)
    case notLaterThan(UnixTime)
    case someID
    /// The issuer's tokens need none.
    case nothing
  }

  package let claim: TokenRefusal.RegisteredClaim
  package let expected: Expectation
  /// `nil` if the claim is not there.
  package let got: JSONValue?
  /// `nil` if the claim is not there, and need not be or is not known.
  package let holds: Bool?
}

extension TokenVerifier {
  /// Why a genuine token of an issuer with these claims would be refused; `nil` if it would not.
  package func refusal(of claims: JSONObject, issuer: ExactString, audience: ExactString, at now: UnixTime) -> TokenRefusal? {
    guard let rules = rules[issuer] else { return .unknownIssuer }
    do throws(TokenRefusal) {
      try ClaimRules(rules: rules, audience: audience, now: now).check(RegisteredClaims(claims, rules.form))
      return nil
    } catch {
      return error
    }
  }

  /// Each registered claim by itself; none for an issuer that is not configured.
  ///
  /// - Parameter isWhole: Whether a claim that is not there is missing, instead of unknown.
  package func explain(
    _ claims: JSONObject, isWhole: Bool, issuer: ExactString, audience: ExactString, at now: UnixTime
  ) -> [ExplainedClaim] {
    guard let rules = rules[issuer] else { return [] }
    let judge = ClaimRules(rules: rules, audience: audience, now: now)
    func explained(
      _ claim: TokenRefusal.RegisteredClaim, _ expected: ExplainedClaim.Expectation, _ check: () throws(TokenRefusal) -> Void
    ) -> ExplainedClaim {
      let got = claims[ExactString(claim.rawValue)]
      let holds: Bool?
      if got == nil {
        holds = isWhole && isRequired(claim, rules) ? false : nil
      } else {
        do throws(TokenRefusal) {
          try check()
          holds = true
        } catch {
          holds = false
        }
      }
      return ExplainedClaim(claim: claim, expected: expected, got: got, holds: holds)
    }
    let isIssuer = claims["iss"]?.string == issuer
    return [
      explained(.iss, .text(issuer)) { () throws(TokenRefusal) in if !isIssuer { throw .unknownIssuer } },
      explained(.aud, .text(audience)) { () throws(TokenRefusal) in
        if let got = try RegisteredClaims.audience(of: claims, rules.form.audience) { try judge.check(audience: got) }
      },
      explained(.exp, .laterThan(judge.earliestExpiry, lifetime: rules.longestLifetime)) { () throws(TokenRefusal) in
        guard let expiry = try RegisteredClaims.time(.exp, of: claims) else { return }
        try judge.check(expiry: expiry)
        guard let issuedAt = claims["iat"]?.integer.flatMap({ UnixTime($0) }) else { return }
        guard issuedAt < expiry else { throw .invalidClaim(.exp) }
        try judge.check(lifetimeFrom: issuedAt, to: expiry)
      },
      explained(.nbf, .notLaterThan(judge.latestStart)) { () throws(TokenRefusal) in
        guard let notBefore = try RegisteredClaims.time(.nbf, of: claims) else { return }
        try judge.check(start: notBefore)
        if let expiry = claims["exp"]?.integer, notBefore.seconds >= expiry { throw .invalidClaim(.nbf) }
      },
      explained(.iat, .notLaterThan(judge.latestStart)) { () throws(TokenRefusal) in
        if let issuedAt = try RegisteredClaims.time(.iat, of: claims) { try judge.check(start: issuedAt) }
      },
      explained(.jti, rules.form.hasID ? .someID : .nothing) { () throws(TokenRefusal) in
        _ = try RegisteredClaims.tokenID(of: claims)
      },
    ]
  }

  private func isRequired(_ claim: TokenRefusal.RegisteredClaim, _ rules: IssuerRules) -> Bool {
    switch claim {
    case .iss, .aud, .exp, .iat: true
    case .jti: rules.form.hasID
    case .sub, .nbf: false
    }
  }
}
