package import StrictParsers

/// A publisher as `explain` shows it: each condition with what it expected and got.
package struct ExplainedPublisher: Sendable {
  package struct ExplainedCondition: Sendable {
    package let key: ExactString
    package let expected: String
    package let got: ExactString?
    package let holds: Bool
  }

  package let id: PublisherID
  package let conditions: [ExplainedCondition]
  package let packages: [ExactString]
  /// Nil where no package was asked about.
  package let allowsPackage: Bool?

  package var failures: Int { conditions.count { !$0.holds } }

  init(_ publisher: Publisher, _ identity: PublisherIdentity, _ registry: RegistryName, _ target: PublishTarget?) {
    id = publisher.id
    conditions = publisher.conditions.map {
      ExplainedCondition(
        key: $0.key, expected: $0.expectation, got: $0.found(in: identity, publisher.provider),
        holds: $0.holds(of: identity, publisher.provider, version: target.map { .known($0.version) } ?? .unknown))
    }
    packages = publisher.patterns(for: registry)?.map(\.text) ?? []
    allowsPackage = target.map { publisher.mayPublish($0) }
  }
}
