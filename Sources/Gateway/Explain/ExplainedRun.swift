import PublisherPolicy
import StrictParsers
import TokenVerification

/// One run through the steps, with what each of them found.
final class ExplainedRun {
  let configuration: Configuration
  let registry: Registry
  let now: UnixTime
  var refusal: Refusal?
  private var steps: [Explanation.Step] = []
  private var publishers: [ExplainedPublisher] = []
  private var grant: Grant?

  init(configuration: Configuration, registry: Registry, now: UnixTime) {
    self.configuration = configuration
    self.registry = registry
    self.now = now
  }

  // MARK: - Who

  func identify(_ compact: [UInt8], keys given: KeySet?) async throws(Refusal) -> PublisherIdentity {
    let token: UnverifiedToken = try step("token") { () throws(TokenRefusal) in
      let token = try configuration.verifier.read(compact)
      return (token, "a compact JWS of \(token.issuer), signed with the key \(Shown.value(token.keyID))")
    }
    guard let issuer = configuration.issuers[token.issuer] else { throw fail("token", .token(.unknownIssuer)) }
    let keys: KeySet
    do throws(TokenRefusal) {
      if let given { keys = given } else { keys = try await issuer.keys.keys(for: token.keyID) }
    } catch {
      throw fail("keys", .token(error))
    }
    note("keys", given == nil ? "fetched from the issuer \(issuer.name)" : "from the given file")
    let verified = try verify(token, keys, compact)
    let identity: PublisherIdentity = try step("claims", Refusal.publisher) { () throws(PublisherRefusal) in
      let identity = try configuration.policy.identify(verified, issuer: issuer.name)
      let names = configuration.policy.unaccountedClaims(of: verified, issuer: issuer.name)
      let unknown = names.isEmpty ? "" : "; not in the provider's table: \(names.map(\.text).joined(separator: ", "))"
      return (identity, "those that every token of this provider has are there\(unknown)")
    }
    return identity
  }

  /// A token lives for minutes: one that has expired since is explained as of its own time, and refused all the same.
  private func verify(_ token: UnverifiedToken, _ keys: KeySet, _ compact: [UInt8]) throws(Refusal) -> VerifiedToken {
    let audience = registry.settings.audience
    do throws(TokenRefusal) {
      let verified = try configuration.verifier.verify(token, with: keys, audience: audience, at: now)
      note("signature, audience, times", "genuine, meant for \(registry.name), and current")
      return verified
    } catch {
      let refusal = fail("signature, audience, times", .token(error))
      guard error == .expired, let issuedAt = UnverifiedClaims(of: compact)?.issuedAt,
        let verified = try? configuration.verifier.verify(token, with: keys, audience: audience, at: issuedAt)
      else { throw refusal }
      self.refusal = refusal
      return verified
    }
  }

  // MARK: - What

  func judge(_ identity: PublisherIdentity, _ target: PublishTarget?) throws(Refusal) {
    let claimant = Claimant(identity: identity, scope: nil)
    publishers = configuration.policy.explain(identity, registry: registry.name, target, knowing: Knowledge())
    if let target {
      grant = try step("policy", { Refusal($0) }) { () throws(PolicyRefusal) -> (Grant?, String) in
        switch try configuration.policy.decide(claimant, target, knowing: Knowledge(), at: now) {
        case .granted(let grant): return (grant, "the publisher \(grant.publisher) may publish \(target.package.canonical)")
        case .hangsOnExistence: return (nil, "granted if the registry has the package, which it was not asked")
        }
      }
    } else {
      _ = try step("policy", Refusal.publisher) { () throws(PublisherRefusal) in
        let admission = try configuration.policy.admit(claimant, to: registry.name, knowing: Knowledge(), at: now)
        return (admission, "the publisher \(admission.publishers[0]) is meant, as far as that can be said without a package")
      }
    }
  }

  // MARK: - Steps

  private func step<Value>(
    _ name: String, _ body: () throws(TokenRefusal) -> (Value, String)
  ) throws(Refusal) -> Value {
    try step(name, Refusal.token, body)
  }

  private func step<Value, Stage: Error>(
    _ name: String, _ stage: (Stage) -> Refusal, _ body: () throws(Stage) -> (Value, String)
  ) throws(Refusal) -> Value {
    do throws(Stage) {
      let (value, detail) = try body()
      note(name, detail)
      return value
    } catch {
      throw fail(name, stage(error))
    }
  }

  private func note(_ name: String, _ detail: String) { steps.append(.init(name: name, holds: true, detail: detail)) }

  private func fail(_ name: String, _ refusal: Refusal) -> Refusal {
    steps.append(.init(name: name, holds: false, detail: refusal.detail))
    return refusal
  }

  // MARK: - The end

  var explanation: Explanation {
    let decision: Explanation.Decision
    let sentence: String
    if let refusal {
      if case .token(.keysUnavailable) = refusal { decision = .undecided } else { decision = .refusal }
      sentence = refusal.detail
    } else if let grant {
      decision = .grant
      sentence = "the publisher \(grant.publisher) may publish this to \(registry.name)"
    } else {
      decision = .undecided
      sentence = "the token is fine; say with --package and --version, or --upload, what it would publish"
    }
    return Explanation(
      decision: decision, reason: refusal?.code.description, sentence: sentence, registry: registry.name.description, steps: steps,
      publishers: publishers)
  }
}
