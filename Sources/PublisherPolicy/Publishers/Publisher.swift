package import StrictParsers
package import TokenVerification

/// A publisher as the configuration declares it, before it is checked.
package struct PublisherDeclaration: Sendable {
  package enum Creation: String, CaseIterable, Sendable {
    /// Packages that are written out in full may be created.
    case named
    /// What a glob matches, too.
    case any
    /// None.
    case none
  }

  /// What a publisher without ids in its conditions is bound to.
  package enum Pin: String, CaseIterable, Sendable {
    /// The ids of the first that publishes successfully.
    case ids
    /// Names alone, where the provider's tokens have ids only if the job asks for them.
    case names
  }

  package let id: String
  package let issuer: IssuerName
  package let when: [(key: String, values: TinyArray<ExactString>)]
  package let mayPublish: [(registry: RegistryName, patterns: [NamePattern])]
  package let create: Creation
  package let pin: Pin
  package let expires: UnixTime?

  package init(
    id: String, issuer: IssuerName, when: [(key: String, values: TinyArray<ExactString>)],
    mayPublish: [(registry: RegistryName, patterns: [NamePattern])],
    create: Creation, pin: Pin = .ids, expires: UnixTime?
  ) {
    self.id = id
    self.issuer = issuer
    self.when = when
    self.mayPublish = mayPublish
    self.create = create
    self.pin = pin
    self.expires = expires
  }
}

/// A checked publisher: who is meant, and what he may publish.
package final class Publisher: Sendable {
  package let id: PublisherID
  package let issuer: IssuerName
  package let conditions: [Condition]
  package let mayPublish: [(registry: RegistryName, patterns: [NamePattern])]
  /// Exclusive.
  package let expires: UnixTime?
  package let create: PublisherDeclaration.Creation
  /// Whether it is bound to the ids of the first that publishes successfully, since the configuration holds none.
  package let pinsOnFirstUse: Bool
  package let pin: PublisherDeclaration.Pin
  private let rules: PublisherRules

  private init(_ declaration: PublisherDeclaration, conditions: [Condition], pinsOnFirstUse: Bool, _ rules: PublisherRules) {
    id = PublisherID(declaration.id)
    issuer = declaration.issuer
    self.conditions = conditions
    mayPublish = declaration.mayPublish
    expires = declaration.expires
    create = declaration.create
    self.pinsOnFirstUse = pinsOnFirstUse
    pin = declaration.pin
    self.rules = rules
  }

  var provider: any CIProvider { rules.provider }
  /// Whether what was learnt of a token's repository can speak against it.
  var dependsOnPins: Bool { pinsOnFirstUse || pin == .names }

  /// All that is wrong with the declaration; `nil` for the publisher where some of it is an error.
  package static func check(
    _ declaration: PublisherDeclaration, _ rules: PublisherRules
  ) -> (publisher: Publisher?, problems: [PublisherProblem]) {
    var check = PublisherCheck(declaration, rules)
    let conditions = check.run()
    guard !check.problems.contains(where: { $0.severity == .error }) else { return (nil, check.problems) }
    return (Publisher(declaration, conditions: conditions, pinsOnFirstUse: check.pinsOnFirstUse, rules), check.problems)
  }

  func isExpired(at now: UnixTime) -> Bool { expires.map { now >= $0 } ?? false }

  func patterns(for registry: RegistryName) -> [NamePattern]? { mayPublish.first { $0.registry == registry }?.patterns }

  func mayPublish(_ target: PublishTarget) -> Bool {
    patterns(for: target.registry)?.contains { $0.matches(target.package.canonical) } ?? false
  }

  /// Whether it may bring this package into being, which it may publish.
  func mayCreate(_ target: PublishTarget) -> Bool {
    switch create {
    case .any: true
    case .named:
      patterns(for: target.registry)?.contains { $0.isLiteral && $0.matches(target.package.canonical) } ?? false
    case .none: false
    }
  }

  /// The repositories that it names, in lower case where their case does not matter; none where it names them by a pattern, or does not.
  package var repositories: [ExactString] {
    guard let names = values(of: provider.repositoryKey.claim) else { return [] }
    let ignoresCase = provider.caseIgnored.contains(provider.repositoryKey.condition)
    let spellings = names.map { ignoresCase ? ASCII.lowercased($0.text) : $0.text }
    guard let scope = provider.repositoryScope else { return spellings }
    return values(of: scope)?.flatMap { scope in spellings.map { ExactString("\(scope.text)/\($0)") } } ?? []
  }

  /// The claim that says whose tokens are meant: the repository's name or, where none is demanded, an id of it.
  var subject: ExactString {
    let repository = provider.repositoryKey.claim
    if conditions.contains(where: { $0.isAbout(repository) }) { return repository }
    return provider.immutableIDs.first { values(of: $0) != nil } ?? repository
  }

  /// Those that the first condition about the claim writes out; `nil` if it has a pattern, or there is none.
  func values(of claim: ExactString) -> TinyArray<ClaimPattern>? {
    for condition in conditions {
      guard condition.isAbout(claim), case .claim(let patterns) = condition.kind else { continue }
      return patterns.allSatisfy(\.isLiteral) ? patterns : nil
    }
    return nil
  }
}

extension Publisher: Equatable {
  package static func == (left: Publisher, right: Publisher) -> Bool {
    left.id == right.id && left.issuer == right.issuer && left.provider.id == right.provider.id && left.conditions == right.conditions
      && left.expires == right.expires && left.create == right.create && left.pin == right.pin
      && left.mayPublish.elementsEqual(right.mayPublish, by: ==)
  }
}
