package import StrictParsers
package import TokenVerification

/// A publisher as the configuration declares it, before it is checked.
package struct PublisherDeclaration: Sendable {
  package enum Creation: String, CaseIterable, Sendable {
    /// Packages that are written out in full may be created.
    case named
    /// What a glob matches, too.
    case any
  }

  package let id: String
  package let issuer: IssuerName
  package let when: [(key: String, values: [ExactString])]
  package let mayPublish: [(registry: RegistryName, patterns: [NamePattern])]
  package let create: Creation
  package let expires: UnixTime?

  package init(
    id: String, issuer: IssuerName, when: [(key: String, values: [ExactString])],
    mayPublish: [(registry: RegistryName, patterns: [NamePattern])],
    create: Creation, expires: UnixTime?
  ) {
    self.id = id
    self.issuer = issuer
    self.when = when
    self.mayPublish = mayPublish
    self.create = create
    self.expires = expires
  }
}

/// A checked publisher: who is meant, and what he may publish.
package struct Publisher: Sendable {
  package let id: PublisherID
  package let issuer: IssuerName
  package let conditions: [Condition]
  package let mayPublish: [(registry: RegistryName, patterns: [NamePattern])]
  /// Exclusive.
  package let expires: UnixTime?
  let provider: any CIProvider

  /// All that is wrong with the declaration; nil for the publisher where some of it is an error.
  package static func check(
    _ declaration: PublisherDeclaration, provider: any CIProvider
  ) -> (publisher: Publisher?, problems: [PublisherProblem]) {
    var check = PublisherCheck(declaration, provider)
    let conditions = check.run()
    guard !check.problems.contains(where: { $0.severity == .error }) else { return (nil, check.problems) }
    let publisher = Publisher(
      id: PublisherID(declaration.id), issuer: declaration.issuer, conditions: conditions, mayPublish: declaration.mayPublish,
      expires: declaration.expires, provider: provider)
    return (publisher, check.problems)
  }

  func isExpired(at now: UnixTime) -> Bool { expires.map { now >= $0 } ?? false }

  func patterns(for registry: RegistryName) -> [NamePattern]? { mayPublish.first { $0.registry == registry }?.patterns }

  func mayPublish(_ target: PublishTarget) -> Bool {
    patterns(for: target.registry)?.contains { $0.matches(target.package.canonical) } ?? false
  }

  /// Those of its conditions that do not hold.
  func failures(of identity: PublisherIdentity, version: JudgedVersion) -> [Condition] {
    conditions.filter { !$0.holds(of: identity, provider, version: version) }
  }

  /// The repository that it names, if it names just one.
  var repository: ExactString? {
    for condition in conditions {
      guard case .claim(provider.repositoryKey.claim, let patterns) = condition.kind, patterns.count == 1, patterns[0].isLiteral else {
        continue
      }
      return ASCII.lowercased(patterns[0].text)
    }
    return nil
  }
}

extension Publisher: Equatable {
  package static func == (left: Publisher, right: Publisher) -> Bool {
    left.id == right.id && left.issuer == right.issuer && left.provider.id == right.provider.id && left.conditions == right.conditions
      && left.expires == right.expires && left.mayPublish.elementsEqual(right.mayPublish, by: ==)
  }
}
