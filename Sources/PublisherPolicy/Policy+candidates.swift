import StrictParsers
import Synchronization
import TokenVerification

extension Policy {
  /// A publisher that a token could mean, and how they stand to each other.
  struct Candidate: Sendable {
    let publisher: Publisher
    let pinStatus: PinStatus
    /// The conditions that do not hold.
    let failures: [Condition]

    init(_ publisher: Publisher, _ identity: PublisherIdentity, _ learnt: [PinnedIdentity], _ version: JudgedVersion) {
      self.publisher = publisher
      pinStatus = publisher.pinStatus(with: identity, learnt)
      let isKnown = pinStatus.isKnown
      let provider = publisher.provider
      let all = publisher.conditions
      let conditions = all.span
      var failures: [Condition] = []
      for number in conditions.indices {
        // Where the ids are known, a name is only a label.
        if isKnown, provider.isLabel(conditions[number]) { continue }
        if !conditions[number].holds(of: identity, provider, version: version) { failures.append(conditions[number]) }
      }
      self.failures = failures
    }

    var isMeant: Bool { failures.isEmpty && pinStatus.isTrusted }
  }

  /// The publishers whose every condition holds. Never empty.
  func meant(
    by principal: Principal, registry: RegistryName, version: JudgedVersion, _ learnt: [PinnedIdentity], at now: UnixTime
  ) throws(PublisherRefusal) -> [Candidate] {
    let identity = principal.identity
    // An upload token, or a body that was long on its way, may be older than the configuration.
    guard urls[identity.issuer] == identity.issuerURL else { throw .issuerReplaced }
    var candidates = self.candidates(of: identity, registry, learnt, version)
    if principal.scope != nil { candidates.removeAll { !principal.mayMean($0.publisher) } }
    func isCurrent(_ candidate: Candidate) -> Bool {
      candidate.isMeant && candidate.publisher.patterns(for: registry) != nil && !candidate.publisher.isExpired(at: now)
    }
    if !candidates.isEmpty, candidates.allSatisfy(isCurrent) { return candidates }
    let current = candidates.filter(isCurrent)
    guard current.isEmpty else { return current }
    let matching = candidates.filter(\.isMeant)
    let here = candidates.filter { $0.publisher.patterns(for: registry) != nil }
    if let expired = here.first(where: \.isMeant) { throw .expired(expired.publisher.id, at: expired.publisher.expires ?? now) }
    if let refusal = here.compactMap({ $0.failures.isEmpty ? $0.pinStatus.refusal : nil }).first { throw refusal }
    if let other = matching.first { throw .otherRegistry(other.publisher.id) }
    let moved = index.publishers(sharingIDOf: identity).filter { principal.mayMean(publishers[$0]) }
      .map { Candidate(publishers[$0], identity, learnt, version) }
    throw nearestMiss(identity, here, moved: moved.filter { $0.publisher.patterns(for: registry) != nil }, version)
  }

  /// Those that the identity could mean, each with the conditions that do not hold. An upload is judged several times while it is under way.
  private func candidates(
    of identity: PublisherIdentity, _ registry: RegistryName, _ learnt: [PinnedIdentity], _ version: JudgedVersion
  ) -> [Candidate] {
    func judge() -> [Candidate] { numbers(of: identity, learnt).map { Candidate(publishers[$0], identity, learnt, version) } }
    guard learnt.isEmpty else { return judge() }
    let question = JudgedCandidates.Question(policy: id, registry: registry, version: version.asked)
    if let known = identity.judged.withLock({ $0?.question == question ? $0?.candidates : nil }) { return known }
    let candidates = judge()
    if candidates.count <= JudgedCandidates.most {
      identity.judged.withLock { $0 = JudgedCandidates(question: question, candidates: candidates) }
    }
    return candidates
  }

  /// Where those stand in the configuration that the identity could mean, in that order.
  private func numbers(of identity: PublisherIdentity, _ learnt: [PinnedIdentity]) -> [Int] {
    var found = index.publishers(for: identity)
    if !learnt.isEmpty, let provider = providers[identity.issuer] {
      // A repository that was renamed is found by the name under which it was learnt.
      for key in learnt.map(\.key) {
        let named = index.publishers(of: identity.issuer, provider.repositoryKey.claim, provider.name(ofRepository: key.repository))
        for number in named where publishers[number].id == key.publisher && !found.contains(number) { found.append(number) }
      }
      found.sort()
    }
    return found
  }

  /// Those that the identity could mean. Of a record those, too, that are found by an id of which it does not tell.
  func candidates(for supposed: SupposedIdentity, _ learnt: [PinnedIdentity]) -> [Publisher] {
    let identity = supposed.identity
    let numbers = Set(numbers(of: identity, learnt) + index.publishers(sharingIDOf: identity)).sorted()
    guard !supposed.isWhole, !identity.claims.members.isEmpty else { return numbers.map { publishers[$0] } }
    let unknown = publishers.indices.filter { number in
      publishers[number].issuer == identity.issuer && identity.claim(publishers[number].subject) == nil
    }
    return Set(numbers + unknown).sorted().map { publishers[$0] }
  }
}

extension Principal {
  fileprivate func mayMean(_ publisher: Publisher) -> Bool { scope?.publishers.contains(publisher.id) ?? true }
}
