import StrictParsers
package import TokenVerification

/// What of a registry a client asks about before it uploads.
package enum ReadSubject: Hashable, Sendable {
  case package(PublishTarget.Package)
  /// What is of no package, such as where the registry's parts lie. Whoever may publish anything in the registry may read it.
  case registry
}

/// The policy's leave to read, with the service credential, what a client asks about before it uploads.
package struct ReadPermit: Hashable, Sendable {
  package let subject: ReadSubject
  package let registry: RegistryName
  package let publisher: PublisherID
  /// Whether the publisher has never published and would learn whom it belongs to.
  package let isPending: Bool

  /// For `Policy.decide` only.
  init(subject: ReadSubject, registry: RegistryName, publisher: PublisherID, isPending: Bool) {
    self.subject = subject
    self.registry = registry
    self.publisher = publisher
    self.isPending = isPending
  }
}

extension Policy {
  /// Decides whether the claimant may be told, before it uploads, what the registry has: of a package that it may publish in some version.
  package func decide(
    _ principal: Principal, reading subject: ReadSubject, of registry: RegistryName, knowing inputs: PolicyInputs, at now: UnixTime
  ) throws(PolicyRefusal) -> ReadPermit {
    let meant = try candidates(for: principal, registry, .unknown, knowing: inputs, at: now)
    let candidate =
      switch subject {
      case .package(let package):
        try firstAllowed(of: meant, principal, PublishTarget(registry: registry, package: package, version: nil, file: ""))
      case .registry: meant[0]
      }
    return ReadPermit(subject: subject, registry: registry, publisher: candidate.publisher.id, isPending: candidate.pinStatus.isNew)
  }
}
