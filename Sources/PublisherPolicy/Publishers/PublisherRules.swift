import StrictParsers

/// What a provider's publishers are checked by, gathered once for all of them: a configuration may have a million.
package final class PublisherRules: Sendable {
  package let provider: any CIProvider
  let untrustedTriggers: [UntrustedTrigger]
  /// What must hold beside what a publisher states that names no danger.
  let usualConditions: [Condition]
  let identifying: [[ExactString]]
  let advice: [Advice]
  /// Whether tokens hold ids that can be learnt.
  let haveIDs: Bool
  private let keys: [ExactString: ConditionKey]
  private let claims: ClaimTable

  package init(_ provider: any CIProvider) {
    self.provider = provider
    untrustedTriggers = provider.untrustedTriggers
    let safe = provider.untrustedTriggers.enumerated().map { number, danger in
      Condition(of: danger.claim, .noUntrustedTrigger(number, named: []))
    }
    usualConditions = provider.standingConditions + safe
    identifying = provider.identifying
    advice = provider.advice
    haveIDs = !provider.immutableIDs.isEmpty
    let claims = provider.claims
    self.claims = claims
    let names = claims.names + provider.specialConditions + [provider.repositoryKey.condition, "iss", "aud"]
    keys = Dictionary(names.map { ($0, ConditionKey($0, provider, claims)) }) { first, _ in first }
  }

  func key(_ name: String) -> ConditionKey {
    let name = ExactString(name)
    return keys[name] ?? ConditionKey(name, provider, claims)
  }

  /// The keys that a condition may have.
  var knownKeys: [ExactString] { claims.conditionable + provider.specialConditions }
}

/// What a provider makes of a condition's key. All conditions of one key share its memory.
final class ConditionKey: Sendable {
  let subject: ConditionSubject
  let isKnown: Bool
  /// Whether it is more than the plain comparison of a claim.
  let isSpecial: Bool
  /// Whether the claim is a list.
  let isList: Bool
  let ignoresCase: Bool
  let isImmutableID: Bool
  /// Whether the claim's value may show that a stranger's code runs.
  let isOfDanger: Bool
  /// Whether every token of an issuer has it, so that it tells none from another.
  let isGeneric: Bool

  var name: ExactString { subject.key }
  var claim: ExactString { subject.claim }

  fileprivate init(_ name: ExactString, _ provider: any CIProvider, _ claims: ClaimTable) {
    isSpecial = provider.specialConditions.contains(name)
    let claim: ExactString =
      switch name {
      case provider.repositoryKey.condition: provider.repositoryKey.claim
      case "reusable_workflow" where isSpecial: "job_workflow_ref"
      default: name
      }
    subject = ConditionSubject(key: name, claim: claim)
    switch claims.use(of: name) {
    case .required, .optional:
      isKnown = true
      isList = false
    case .list:
      isKnown = true
      isList = true
    case .judged, .ignored, nil:
      isKnown = isSpecial || name == "iss" || name == "aud"
      isList = false
    }
    ignoresCase = provider.caseIgnored.contains(name)
    isOfDanger = provider.untrustedTriggers.contains { $0.claim == claim }
    isImmutableID = provider.immutableIDs.contains(name)
    isGeneric = ["iss", "aud", "sub"].contains(name)
  }
}
