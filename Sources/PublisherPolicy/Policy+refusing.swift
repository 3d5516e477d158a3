import StrictParsers

extension Policy {
  /// `moved`: those that demand the id of the token's repository, which may have another name now.
  func nearestMiss(_ identity: PublisherIdentity, _ candidates: [Candidate], moved: [Candidate], _ version: JudgedVersion)
    -> PublisherRefusal
  {
    // One that fails by whom it is about is no miss, but somebody else's.
    let near = candidates.filter { candidate in
      return !candidate.failures.contains { $0.isAbout(candidate.publisher.subject) || candidate.publisher.provider.isName($0) }
    }
    func nearest(_ candidates: [Candidate]) -> Candidate? { candidates.min { $0.failures.count < $1.failures.count } }
    guard let nearest = nearest(near) ?? nearest(moved.filter { $0.publisher.isOfRepository(of: identity) }) else {
      return .noPublisher(repository: providers[identity.issuer].flatMap { identity.claim($0.repositoryKey.claim) })
    }
    let publisher = nearest.publisher
    let miss = NearMiss(
      publisher: publisher.id,
      failures: nearest.failures.map { $0.miss(identity, publisher.provider, version: version) },
      isOwner: publisher.isOwned(by: identity) || nearest.pinStatus.isKnown,
      moved: near.isEmpty ? publisher.ids(shownBy: identity) : [])
    let isTriggerOnly = nearest.failures.allSatisfy { if case .noUntrustedTrigger = $0.kind { true } else { false } }
    return isTriggerOnly ? .forbiddenEvent(miss) : .claimMismatch(miss)
  }
}

extension Publisher {
  /// Whether the token shows an immutable id that this publisher demands.
  fileprivate func isOwned(by identity: PublisherIdentity) -> Bool { !ids(shownBy: identity).isEmpty }

  /// Whether the token shows the id of the very repository that this publisher demands.
  fileprivate func isOfRepository(of identity: PublisherIdentity) -> Bool {
    provider.immutableIDs.first.map { ids(shownBy: identity).contains($0) } ?? false
  }

  /// The immutable ids that this publisher demands and the token has.
  fileprivate func ids(shownBy identity: PublisherIdentity) -> [ExactString] {
    conditions.filter { provider.immutableIDs.contains($0.key) && $0.holds(of: identity, provider, version: .unknown) }.map(\.key)
  }
}
