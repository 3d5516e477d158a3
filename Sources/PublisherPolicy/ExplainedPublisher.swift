package import StrictParsers

/// A publisher as `explain` shows it: each condition with what it expected and got.
package struct ExplainedPublisher: Sendable {
  package struct ExplainedCondition: Sendable {
    package let key: ExactString
    package let expected: String
    package let got: ExactString?
    package let holds: Bool
  }

  /// What is known of who publishes.
  package enum Memory: Sendable {
    /// The configuration says it.
    case configured
    /// It has never published: these would be learnt.
    case pending(ImmutableIDs)
    /// These were learnt, and are the token's.
    case learnt(ImmutableIDs)
    case changed(learnt: ImmutableIDs, got: ImmutableIDs)
    /// The token lacks the claim that would be learnt.
    case missing(claim: ExactString)
  }

  package let id: PublisherID
  package let conditions: [ExplainedCondition]
  package let memory: Memory
  package let packages: [ExactString]
  /// Nil where no package was asked about.
  package let allowsPackage: Bool?
  /// Whether it may bring the package into being; nil where no package was asked about.
  package let allowsCreation: Bool?

  package var failures: Int { conditions.count { !$0.holds } + (memory.holds ? 0 : 1) }

  init(
    _ publisher: Publisher, _ identity: PublisherIdentity, _ registry: RegistryName, _ target: PublishTarget?, _ knowledge: Knowledge
  ) {
    id = publisher.id
    let acquaintance = publisher.acquaintance(with: identity, knowledge.learnt)
    conditions = publisher.conditions.map { condition in
      let isLabel = acquaintance.isKnown && condition.isAbout(publisher.provider.repositoryKey.claim)
      return ExplainedCondition(
        key: condition.key, expected: condition.expectation, got: condition.found(in: identity, publisher.provider),
        holds: isLabel || condition.holds(of: identity, publisher.provider, version: target.map { .known($0.version) } ?? .unknown))
    }
    memory = Memory(acquaintance, knowledge)
    packages = publisher.patterns(for: registry)?.map(\.text) ?? []
    allowsPackage = target.map { publisher.mayPublish($0) }
    allowsCreation = target.map { publisher.mayPublish($0) && publisher.mayCreate($0) }
  }
}

extension ExplainedPublisher.Memory {
  init(_ acquaintance: Acquaintance, _ knowledge: Knowledge) {
    switch acquaintance {
    case .configured: self = .configured
    case .new(_, let ids): self = .pending(ids)
    case .known(let key): self = .learnt(knowledge.learnt.first { $0.key == key }?.ids ?? ImmutableIDs([]))
    case .changed(_, let learnt, let got): self = .changed(learnt: learnt, got: got)
    case .unrecognisable(let claim): self = .missing(claim: claim)
    }
  }

  package var holds: Bool {
    switch self {
    case .configured, .pending, .learnt: true
    case .changed, .missing: false
    }
  }
}
