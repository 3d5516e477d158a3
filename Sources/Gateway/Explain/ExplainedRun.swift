import Configuration
import Digests
import Observability
import PublisherPolicy
import RegistryProtocols
import StateStore
import StrictParsers
import TokenVerification

/// One run through the steps, with what each of them found. The first that fails is the reason of the refusal; the others are told too.
final class ExplainedRun {
  private let explainer: Explainer
  private let source: Explanation.Source
  private let registry: RegistrySettings
  private let target: PublishTarget?
  private let existence: Existence?
  private let now: UnixTime
  private var steps: [Explanation.Step] = []
  private var refusal: Refusal?
  private var issuer: IssuerSettings?
  private var claims: [ExplainedClaim] = []
  private var unaccounted: [ExactString] = []
  private var publishers: [ExplainedPublisher] = []
  private var verdict: Verdict?
  private var areFreezesKnown = true
  private var record: RecordedUpload?

  init(
    _ explainer: Explainer, _ source: Explanation.Source, _ registry: RegistrySettings, _ target: PublishTarget?, _ existence: Existence?,
    at now: UnixTime
  ) {
    self.explainer = explainer
    self.source = source
    self.registry = registry
    self.target = target
    self.existence = existence
    self.now = now
  }

  // MARK: - A token

  func judge(token compact: [UInt8], claims: JSONObject?, keys given: KeySet?) async {
    let token: UnverifiedToken
    do throws(TokenRefusal) {
      token = try explainer.verifier.read(compact)
    } catch {
      return fail(.token, .token(error))
    }
    note(.token, true, "a compact JWS, signed with the key \(Printable.value(token.keyID))")
    guard let issuer = explainer.settings.issuers.first(where: { $0.url == token.issuer }), let claims else { return refuseUnknownIssuer() }
    meet(issuer)
    let objection = await verify(token, issuer, given)
    await judge(claims, completed: claims, issuer, knowing: .store, objection)
  }

  /// What the verifier has against the claims of a token that is genuine.
  private func verify(_ token: UnverifiedToken, _ issuer: IssuerSettings, _ given: KeySet?) async -> TokenRefusal? {
    let keys: KeySet
    do throws(TokenRefusal) {
      if let given {
        keys = given
      } else if let known = explainer.issuerWithKeys(issuer) {
        keys = try await known.keys.keys(for: token.keyID)
      } else {
        throw .keysUnavailable(retryAfter: 0)
      }
      note(.keys, true, given == nil ? "fetched from the issuer \(issuer.name)" : "from the given file")
    } catch {
      fail(.keys, .token(error))
      return nil
    }
    var objection: TokenRefusal?
    do throws(TokenRefusal) {
      _ = try explainer.verifier.verify(token, with: keys, audience: registry.audience, at: now)
    } catch {
      guard !error.isOfSignature else {
        fail(.signature, .token(error))
        return nil
      }
      objection = error
    }
    note(.signature, true, "the issuer's own")
    return objection
  }

  func refuseUnknownIssuer() { fail(.issuer, .token(.unknownIssuer)) }

  // MARK: - Claims

  /// Where what was learnt is known from.
  enum Memory {
    case store
    case given([PinnedIdentity])
  }

  func judge(claims: JSONObject, issuer: IssuerSettings, knowing memory: Memory = .store) async {
    meet(issuer)
    note(.signature, nil, "not judged: these are claims, not a token")
    let isList = ProviderCatalog.provider(issuer.provider, identity: issuer.identity)?.tokenForm.audience == .listOfOne
    let audience = JSONValue.string(registry.audience)
    await judge(
      claims, completed: claims.completed(issuer: issuer, audience: isList ? .array([audience]) : audience, at: now), issuer,
      knowing: memory)
  }

  private func judge(
    _ claims: JSONObject, completed: JSONObject, _ issuer: IssuerSettings, knowing memory: Memory, _ objection: TokenRefusal? = nil
  ) async {
    let (policy, verifier) = (explainer.policy, explainer.verifier)
    let isWhole = claims == completed
    self.claims = verifier.explain(claims, isWhole: isWhole, issuer: issuer.url, audience: registry.audience, at: now)
    if let refusal = objection ?? verifier.refusal(of: completed, issuer: issuer.url, audience: registry.audience, at: now) {
      fail(.claims, .token(refusal))
    } else {
      note(.claims, true, (isWhole ? "" : "what is there is ") + "meant for \(registry.name), and current")
    }
    unaccounted = policy.unaccountedClaims(of: claims, issuer: issuer.name)
    let audience = UnverifiedClaims.audience(in: completed) ?? ""
    guard let supposed = policy.suppose(completed, issuer: issuer.name, url: issuer.url, audience: audience) else { return }
    if let missing = supposed.missing {
      fail(.provider, .publisher(.missingClaim(missing)))
    } else {
      note(.provider, true, "the claims that every token of \(issuer.provider) has are there")
    }
    switch memory {
    case .given(let learnt): decide(supposed, knowing: learnt)
    case .store:
      let (learnt, freezes) = await consult(supposed)
      decide(supposed, knowing: explainer.policy.pinsOnFirstUse(from: supposed) ? learnt : [])
      judge(freezes)
    }
  }

  /// What is known of the state, and told as a step; `nil` if it is not known.
  private func consult(_ supposed: SupposedIdentity) async -> (learnt: [PinnedIdentity]?, freezes: [Freeze]?) {
    switch await explainer.state(of: supposed) {
    case .asked(let learnt, let freezes):
      note(.state, true, "asked what publishers have learnt, and what is frozen")
      return (learnt, freezes)
    case .none:
      note(.state, nil, "there is no state that could be asked from here: what publishers have learnt is unknown")
      return (nil, [])
    case .unknown:
      note(.state, nil, "the state store can't be asked from here: what publishers have learnt, and what is frozen, is unknown")
      return (nil, nil)
    }
  }

  // MARK: - A record

  func judge(record: RecordedUpload) async {
    self.record = record
    note(
      .record, record.claims == nil ? nil : true,
      record.claims == nil ? "what a record does not hold is unknown" : "it holds every claim that conditions compare")
    guard let url = record.issuer else {
      note(.issuer, nil, "no token was verified")
      verdict = .hangsOnEverything
      return
    }
    guard let issuer = explainer.settings.issuers.first(where: { $0.url == url }) else { return refuseUnknownIssuer() }
    meet(issuer)
    claims = explainer.verifier.explain(
      JSONObject([.init("iss", .string(url))]), isWhole: false, issuer: url, audience: registry.audience, at: now)
    guard let supposed = suppose(record, issuer, url) else { return }
    if let missing = supposed.missing { fail(.provider, .publisher(.missingClaim(missing))) }
    let (learnt, freezes) = await consult(supposed)
    decide(supposed, knowing: !supposed.isWhole ? nil : explainer.policy.pinsOnFirstUse(from: supposed) ? learnt : [])
    judge(freezes)
  }

  private func suppose(_ record: RecordedUpload, _ issuer: IssuerSettings, _ url: ExactString) -> SupposedIdentity? {
    guard let claims = record.claims else { return explainer.policy.suppose(record.provenance, issuer: issuer.name, url: url) }
    return explainer.policy.suppose(
      recorded: claims, id: record.tokenID, issuer: issuer.name, url: url, isSameConfiguration: hasSameConfiguration(record) ?? false)
  }

  /// `nil` if the record does not tell.
  private func hasSameConfiguration(_ record: RecordedUpload) -> Bool? {
    record.configuration.map { $0.text == "sha256:\(Hex.encode(explainer.settings.digest.bytes))" }
  }

  // MARK: - The decision

  private func meet(_ issuer: IssuerSettings) {
    self.issuer = issuer
    note(.issuer, true, "\(issuer.name), of the provider \(issuer.provider), \(issuer.url)")
  }

  private func decide(_ supposed: SupposedIdentity, knowing learnt: [PinnedIdentity]?) {
    let upload = SupposedUpload(registry: registry.name, target: target, learnt: learnt, package: existence)
    publishers = explainer.policy.explain(supposed, upload, recorded: record?.publisher.map { PublisherID($0.text) }, at: now)
    do throws(PolicyRefusal) {
      let verdict = try explainer.policy.verdict(on: supposed, upload, at: now)
      self.verdict = verdict
      note(.policy, verdict.holds, verdict.words(registry.name, target))
    } catch {
      fail(.policy, Refusal(error))
    }
  }

  private func judge(_ freezes: [Freeze]?) {
    guard let freezes else {
      areFreezesKnown = false
      return note(.freeze, nil, "what is frozen is unknown")
    }
    if let freeze = freezes.first(where: { $0.scope.covers(registry.name, verdict?.nominee) }) {
      return fail(.freeze, .state(.frozen(freeze)))
    }
    let possible = freezes.first { freeze in publishers.contains { freeze.scope.covers(registry.name, $0.id) } }
    note(.freeze, possible == nil ? true : nil, possible.map { "\($0.scope.words) is frozen" } ?? "nothing of it is frozen")
  }

  private func note(_ name: Explanation.Step.Name, _ holds: Bool?, _ detail: String) {
    steps.append(.init(name: name, holds: holds, detail: detail))
  }

  private func fail(_ name: Explanation.Step.Name, _ refusal: Refusal) {
    note(name, false, refusal.detail)
    self.refusal = self.refusal ?? refusal
  }

  // MARK: - The end

  var explanation: Explanation {
    var decision = Explanation.Decision.undecided
    let sentence: String
    if let refusal {
      if case .token(.keysUnavailable) = refusal {} else { decision = .refusal }
      sentence = refusal.detail
    } else {
      if case .granted = verdict, areFreezesKnown { decision = .grant }
      let words = verdict?.words(registry.name, target) ?? "nothing can be said"
      sentence = areFreezesKnown ? words : "\(words), unless it is frozen, which could not be looked up"
    }
    return Explanation(
      source: source, decision: decision, reason: refusal?.code.description, sentence: sentence,
      publisher: verdict?.grantee, registry: registry.name, target: target, packageExists: existence.map { $0 == .exists }, issuer: issuer,
      steps: steps, claims: claims, unaccounted: unaccounted, publishers: publishers,
      record: record.map { .init(record: $0, hasSameConfiguration: hasSameConfiguration($0)) })
  }
}
