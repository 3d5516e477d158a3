package import StrictParsers
package import TokenVerification

/// The publishers of one configuration, frozen. It alone makes identities of tokens, and Grants of identities.
package struct Policy: Sendable {
  private struct Place: Hashable {
    let issuer: IssuerName
    let repository: ExactString
  }

  private let publishers: [Publisher]
  private let providers: [IssuerName: any CIProvider]
  /// In the order of the configuration.
  private let byRepository: [Place: [Int]]
  /// Those that name no single repository.
  private let others: [IssuerName: [Int]]

  package init(publishers: [Publisher], providers: [IssuerName: any CIProvider]) {
    self.publishers = publishers
    self.providers = providers
    var byRepository: [Place: [Int]] = [:]
    var others: [IssuerName: [Int]] = [:]
    for (index, publisher) in publishers.enumerated() {
      if let repository = publisher.repository {
        byRepository[Place(issuer: publisher.issuer, repository: repository), default: []].append(index)
      } else {
        others[publisher.issuer, default: []].append(index)
      }
    }
    self.byRepository = byRepository
    self.others = others
  }

  // MARK: Who

  /// Whom a verified token speaks for. Only the claims of the provider's table are kept.
  package func identify(_ token: VerifiedToken, issuer: IssuerName) throws(PublisherRefusal) -> PublisherIdentity {
    try identify(token.claims, issuer: issuer, url: token.issuer, audience: token.audience, id: token.id, expiry: token.expiry)
  }

  func identify(
    _ claims: JSONObject, issuer: IssuerName, url: ExactString, audience: ExactString, id: TokenID, expiry: UnixTime
  ) throws(PublisherRefusal) -> PublisherIdentity {
    guard let provider = providers[issuer] else { throw .noPublisher(repository: nil) }
    let kept = JSONObject(claims.members.filter { provider.claims.isKept($0.name) })
    let identity = PublisherIdentity(issuer: issuer, issuerURL: url, audience: audience, claims: kept, token: id, expiry: expiry)
    for name in provider.claims.required where identity.claim(name) == nil { throw .missingClaim(name) }
    return identity
  }

  /// The claims of a token that its provider's table does not know.
  package func unaccountedClaims(of token: VerifiedToken, issuer: IssuerName) -> [ExactString] {
    guard let provider = providers[issuer] else { return [] }
    return token.claims.members.map(\.name).filter { provider.claims.use(of: $0) == nil }
  }

  package func provenance(of identity: PublisherIdentity) -> Provenance? { providers[identity.issuer]?.provenance(of: identity) }

  // MARK: Whether

  /// A publisher of the registry that the token means, as far as that can be said before the upload has named its version.
  package struct Admission: Sendable {
    package let publisher: PublisherID
  }

  /// Lets a body in, or an exchange happen: what exactly may be published is decided when it is known.
  package func admit(_ identity: PublisherIdentity, to registry: RegistryName, at now: UnixTime) throws(PublisherRefusal) -> Admission {
    Admission(publisher: try meant(by: identity, registry: registry, version: .unknown, at: now)[0].id)
  }

  /// Decides whether the identity may publish the target. The first publisher in the configuration that allows it is the one that is named.
  package func decide(_ identity: PublisherIdentity, _ target: PublishTarget, at now: UnixTime) throws(PolicyRefusal) -> Grant {
    let meant: [Publisher]
    do throws(PublisherRefusal) {
      meant = try self.meant(by: identity, registry: target.registry, version: .known(target.version), at: now)
    } catch {
      throw .publisher(error)
    }
    guard let publisher = meant.first(where: { $0.mayPublish(target) }) else {
      throw .scope(
        .packageNotAllowed(
          package: target.package.canonical, meant[0].id, patterns: meant[0].patterns(for: target.registry)?.map(\.text) ?? []))
    }
    return Grant(publisher: publisher.id, identity: identity, target: target)
  }

  /// The publishers whose every condition holds. Never empty.
  private func meant(
    by identity: PublisherIdentity, registry: RegistryName, version: JudgedVersion, at now: UnixTime
  ) throws(PublisherRefusal) -> [Publisher] {
    let candidates = candidates(for: identity)
    let matching = candidates.filter { publisher in
      publisher.conditions.allSatisfy { $0.holds(of: identity, publisher.provider, version: version) }
    }
    let ofRegistry = matching.filter { $0.patterns(for: registry) != nil }
    let current = ofRegistry.filter { !$0.isExpired(at: now) }
    guard current.isEmpty else { return current }
    if let expired = ofRegistry.first { throw .expired(expired.id) }
    if let other = matching.first { throw .otherRegistry(other.id) }
    throw nearestMiss(identity, candidates.filter { $0.patterns(for: registry) != nil }, version)
  }

  private func candidates(for identity: PublisherIdentity) -> [Publisher] {
    let general = others[identity.issuer] ?? []
    guard let key = providers[identity.issuer]?.repositoryKey, let repository = identity.claim(key.claim) else {
      return general.map { publishers[$0] }
    }
    let named = byRepository[Place(issuer: identity.issuer, repository: ASCII.lowercased(repository))] ?? []
    return (general.isEmpty ? named : (named + general).sorted()).map { publishers[$0] }
  }

  // MARK: Why not

  private func nearestMiss(_ identity: PublisherIdentity, _ candidates: [Publisher], _ version: JudgedVersion) -> PublisherRefusal {
    let misses = candidates.map { ($0, $0.failures(of: identity, version: version)) }
    // One that fails by its repository is no miss, but somebody else's.
    let near = misses.filter { publisher, failures in !failures.contains { $0.isAbout(publisher.provider.repositoryKey.claim) } }
    guard let (publisher, failures) = near.min(by: { $0.1.count < $1.1.count }) else {
      return .noPublisher(repository: providers[identity.issuer].flatMap { identity.claim($0.repositoryKey.claim) })
    }
    let miss = NearMiss(
      publisher: publisher.id,
      failures: failures.map { .init(key: $0.key, expected: $0.expectation, got: $0.found(in: identity, publisher.provider)) },
      isOwner: publisher.isOwned(by: identity))
    let isEventOnly = failures.allSatisfy { if case .safeEvent = $0.kind { true } else { false } }
    return isEventOnly ? .forbiddenEvent(miss) : .claimMismatch(miss)
  }

  // MARK: Explaining

  /// Each publisher of the issuer that could be meant, with each of its conditions; those with the fewest failures first, and at most `limit`.
  package func explain(_ identity: PublisherIdentity, registry: RegistryName, _ target: PublishTarget?, limit: Int = 20)
    -> [ExplainedPublisher]
  {
    candidates(for: identity).filter { $0.patterns(for: registry) != nil }
      .map { ExplainedPublisher($0, identity, registry, target) }
      .sorted { $0.failures < $1.failures }
      .prefix(limit).map { $0 }
  }
}

extension Publisher {
  /// Whether the token shows an immutable id that this publisher demands.
  fileprivate func isOwned(by identity: PublisherIdentity) -> Bool {
    conditions.contains { provider.immutableIDs.contains($0.key) && $0.holds(of: identity, provider, version: .unknown) }
  }
}

/// Why a publish is not granted.
package enum PolicyRefusal: Error, Hashable, Sendable {
  case publisher(PublisherRefusal)
  case scope(PackageRefusal)
}
