package import StrictParsers
package import TokenVerification

/// The publishers of one configuration, frozen. It alone makes identities of tokens, and Grants of identities.
package final class Policy: Sendable {
  /// An issuer as the configuration knows it.
  package struct Issuer: Sendable {
    let name: IssuerName
    let url: ExactString
    let provider: any CIProvider

    package init(name: IssuerName, url: ExactString, provider: any CIProvider) {
      self.name = name
      self.url = url
      self.provider = provider
    }
  }

  let id = PolicyID()
  let publishers: [Publisher]
  let providers: [IssuerName: any CIProvider]
  let urls: [IssuerName: ExactString]
  let index: PublisherIndex
  /// How each registry compares versions.
  private let versionKeys: [RegistryName: VersionKey]
  /// The issuers of publishers whose decisions depend on what was learnt.
  private let issuersWithPins: Set<IssuerName>
  /// The claims that conditions compare, of issuers whose tables are open.
  private let compared: [IssuerName: Set<ExactString>]

  /// - Parameter versionKeys: of registries whose ecosystem has several spellings of one version.
  package init(publishers: [Publisher], issuers: [Issuer], versionKeys: [RegistryName: VersionKey] = [:]) {
    self.publishers = publishers
    self.versionKeys = versionKeys
    providers = Dictionary(issuers.map { ($0.name, $0.provider) }) { first, _ in first }
    urls = Dictionary(issuers.map { ($0.name, $0.url) }) { first, _ in first }
    issuersWithPins = Set(publishers.filter(\.dependsOnPins).map(\.issuer))
    index = PublisherIndex(publishers)
    var compared: [IssuerName: Set<ExactString>] = [:]
    for publisher in publishers where providers[publisher.issuer]?.claims.isOpen ?? false {
      for claim in publisher.conditions.compactMap(\.claim) { compared[publisher.issuer, default: []].insert(claim) }
    }
    self.compared = compared
  }

  // MARK: Who

  /// Whom a verified token speaks for. Only the claims of the provider's table are kept, and where that is open those that conditions compare.
  package func identify(_ token: VerifiedToken, issuer: IssuerName) throws(PublisherRefusal) -> PublisherIdentity {
    try identify(token.claims, issuer: issuer, url: token.issuer, audience: token.audience, id: token.id, expiry: token.expiry)
  }

  func identify(
    _ claims: JSONObject, issuer: IssuerName, url: ExactString, audience: ExactString, id: TokenID, expiry: UnixTime
  ) throws(PublisherRefusal) -> PublisherIdentity {
    guard let identity = identity(of: claims, issuer: issuer, url: url, audience: audience, id: id, expiry: expiry) else {
      throw .noPublisher(repository: nil)
    }
    if let missing = missingClaim(of: identity) { throw .missingClaim(missing) }
    return identity
  }

  /// The same, whatever the token lacks; `nil` for an issuer that is not configured.
  package func identity(of token: VerifiedToken, issuer: IssuerName) -> PublisherIdentity? {
    identity(of: token.claims, issuer: issuer, url: token.issuer, audience: token.audience, id: token.id, expiry: token.expiry)
  }

  func identity(
    of claims: JSONObject, issuer: IssuerName, url: ExactString, audience: ExactString, id: TokenID, expiry: UnixTime
  ) -> PublisherIdentity? {
    guard let provider = providers[issuer] else { return nil }
    let table = provider.claims
    let compared = self.compared[issuer] ?? []
    let kept = JSONObject(provider.normalized(claims).members.filter { table.isKept($0.name, comparing: compared) })
    return PublisherIdentity(issuer: issuer, issuerURL: url, audience: audience, claims: kept, token: id, expiry: expiry)
  }

  /// A claim that every token of the provider has, and this one has not in a form that could be compared.
  func missingClaim(of identity: PublisherIdentity) -> ExactString? {
    providers[identity.issuer]?.claims.required.first { identity.claim($0) == nil }
  }

  /// The claims of a token that its provider's table does not know.
  package func unaccountedClaims(of token: VerifiedToken, issuer: IssuerName) -> [ExactString] {
    unaccountedClaims(of: token.claims, issuer: issuer)
  }

  package func unaccountedClaims(of claims: JSONObject, issuer: IssuerName) -> [ExactString] {
    guard let provider = providers[issuer] else { return [] }
    let table = provider.claims
    return provider.normalized(claims).members.map(\.name).filter { table.use(of: $0) == nil }
  }

  package func provenance(of identity: PublisherIdentity) -> Provenance? { providers[identity.issuer]?.provenance(of: identity) }

  /// Whether a decision about a publisher of this issuer depends on what was learnt, so that the store must be asked what it knows.
  package func pinsOnFirstUse(from identity: PublisherIdentity) -> Bool { issuersWithPins.contains(identity.issuer) }

  /// The token's repository and ids, as the store knows them.
  package func recognisable(_ identity: PublisherIdentity) -> (repository: ExactString, ids: ImmutableIDs)? {
    guard let provider = providers[identity.issuer], let repository = provider.repository(of: identity) else { return nil }
    return (repository, provider.immutableIDs(of: identity))
  }

  // MARK: Whether

  /// A publisher that a token means, as far as that can be said before the upload has named its version.
  package struct Admission: Sendable {
    package let publisher: PublisherID
    /// Whether it has never published and would learn whom it belongs to.
    package let isPending: Bool
  }

  /// Lets a body in, or an exchange happen: what exactly may be published is decided when it is known.
  ///
  /// Returns the publishers of the registry that are meant, in the order of the configuration; never none.
  ///
  /// - Parameter target: What would be published, if the request's head names it.
  package func admit(
    _ principal: Principal, to registry: RegistryName, _ target: PublishTarget? = nil, knowing inputs: PolicyInputs, at now: UnixTime
  ) throws(PublisherRefusal) -> [Admission] {
    let version = target.map { judgedVersion(of: $0) } ?? .unknown
    return try meant(by: principal, registry: registry, version: version, inputs.learnt, at: now)
      .map { Admission(publisher: $0.publisher.id, isPending: $0.pinStatus.isNew) }
  }

  /// Decides whether the claimant may publish the target. The first publisher in the configuration that allows it is the one that is named.
  package func decide(
    _ principal: Principal, _ target: PublishTarget, knowing inputs: PolicyInputs, at now: UnixTime
  ) throws(PolicyRefusal) -> Decision {
    let meant = try candidates(for: principal, target.registry, judgedVersion(of: target), knowing: inputs, at: now)
    let first = try firstAllowed(of: meant, principal, target)
    guard inputs.package != .exists else { return .granted(grant(principal, target, first)) }
    if let creating = meant.first(where: { $0.publisher.mayPublish(target) && $0.publisher.mayCreate(target) }) {
      return .granted(grant(principal, target, creating))
    }
    switch inputs.package {
    case .exists, .absent: throw .scope(.creationNotAllowed(package: target.package.canonical, first.publisher.id))
    case .existsAs(let name): throw .scope(.otherSpelling(package: target.writtenName, registered: name))
    case .unknown: throw .scope(.existenceUnknown(package: target.package.canonical))
    case nil: return .hangsOnExistence(ProbePermit(about: target))
    }
  }

  /// The publishers whose every condition holds. Never empty.
  func candidates(
    for principal: Principal, _ registry: RegistryName, _ version: JudgedVersion, knowing inputs: PolicyInputs, at now: UnixTime
  ) throws(PolicyRefusal) -> [Candidate] {
    do throws(PublisherRefusal) {
      return try meant(by: principal, registry: registry, version: version, inputs.learnt, at: now)
    } catch {
      throw .publisher(error)
    }
  }

  /// The first whose patterns have the target's package.
  func firstAllowed(of meant: [Candidate], _ principal: Principal, _ target: PublishTarget) throws(PolicyRefusal) -> Candidate {
    if let package = principal.scope?.package, package != target.package {
      throw .scope(.otherPackage(package: target.package.canonical, tokenIsFor: package.canonical))
    }
    guard let first = meant.first(where: { $0.publisher.mayPublish(target) }) else {
      let nearest = meant[0].publisher
      throw .scope(
        .packageNotAllowed(
          package: target.package.canonical, nearest.id, patterns: nearest.patterns(for: target.registry)?.map(\.text) ?? []))
    }
    return first
  }

  func judgedVersion(of target: PublishTarget) -> JudgedVersion {
    guard let key = versionKeys[target.registry] else { return .known(target.version) }
    return .known(target.version, key: key)
  }

  private func grant(_ principal: Principal, _ target: PublishTarget, _ candidate: Candidate) -> Grant {
    let current = candidate.publisher.key(of: principal.identity)
    let (key, newPin): (PublisherKey, ImmutableIDs?) =
      switch candidate.pinStatus {
      case .new(let key, let ids): (key, ids)
      case .known(let key): (key, nil)
      case .configured, .changed, .unrecognisable: (current, nil)
      }
    return Grant(identity: principal.identity, target: target, key: key, newPin: newPin, isRenamed: key != current)
  }
}

/// Why a publish is not granted.
package enum PolicyRefusal: Error, Hashable, Sendable {
  case publisher(PublisherRefusal)
  case scope(PackageRefusal)
}
