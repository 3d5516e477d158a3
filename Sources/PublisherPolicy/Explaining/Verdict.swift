package import StrictParsers
package import TokenVerification

/// What the policy would say of an upload that it does not refuse. Nothing can be done with it but to read it.
package enum Verdict: Hashable, Sendable {
  case granted(PublisherID)
  /// No package was asked about: this publisher is meant.
  case admitted(PublisherID)
  /// It would be granted if the registry has the package.
  case hangsOnExistence
  /// It would be granted to this publisher if nobody else was learnt.
  case hangsOnMemory(PublisherID)
  /// It would be granted to this publisher if these conditions hold, of which a record does not tell.
  case hangsOnClaims(PublisherID, [ExactString])
  /// The record does not even say whose publisher could be meant.
  case hangsOnEverything
}

/// What is asked about a supposed identity.
package struct SupposedUpload: Sendable {
  package let registry: RegistryName
  /// `nil` if no package is asked about.
  package let target: PublishTarget?
  /// What the store says of the repository; `nil` if nobody could be asked.
  package let learnt: [PinnedIdentity]?
  /// Whether the registry has the package; `nil` if nobody was asked.
  package let package: Existence?

  package init(registry: RegistryName, target: PublishTarget?, learnt: [PinnedIdentity]?, package: Existence?) {
    self.registry = registry
    self.target = target
    self.learnt = learnt
    self.package = package
  }
}

extension Policy {
  /// What `decide`, or `admit` without a package, would say.
  package func verdict(on supposed: SupposedIdentity, _ upload: SupposedUpload, at now: UnixTime) throws(PolicyRefusal) -> Verdict {
    guard supposed.isWhole else { return try verdict(onRecorded: supposed, upload, at: now) }
    if let missing = supposed.missing { throw .publisher(.missingClaim(missing)) }
    let principal = Principal(identity: supposed.identity, scope: nil)
    let inputs = PolicyInputs(learnt: upload.learnt ?? [], package: upload.package)
    guard let target = upload.target else {
      do throws(PublisherRefusal) {
        return .admitted(try admit(principal, to: upload.registry, knowing: inputs, at: now)[0].publisher)
      } catch {
        throw .publisher(error)
      }
    }
    switch try decide(principal, target, knowing: inputs, at: now) {
    case .granted(let grant):
      return upload.learnt == nil && grant.newPin != nil ? .hangsOnMemory(grant.publisher) : .granted(grant.publisher)
    case .hangsOnExistence: return .hangsOnExistence
    }
  }

  /// A condition that fails is certain; one of which the record does not tell could hold.
  private func verdict(
    onRecorded supposed: SupposedIdentity, _ upload: SupposedUpload, at now: UnixTime
  ) throws(PolicyRefusal) -> Verdict {
    let explained = explain(supposed, upload, at: now)
    let repository = recognisable(supposed)?.repository
    guard !explained.isEmpty else {
      guard let repository else { return .hangsOnEverything }
      throw .publisher(.noPublisher(repository: repository))
    }
    let meant = explained.filter { $0.failures == 0 }
    guard !meant.isEmpty else { throw .publisher(certainMiss(explained, repository)) }
    let current = meant.filter { !$0.isExpired }
    guard !current.isEmpty else { throw .publisher(.expired(meant[0].id, at: meant[0].expires ?? now)) }
    let allowing = current.filter { $0.allowsPackage ?? true }
    guard let first = allowing.first else {
      throw .scope(
        .packageNotAllowed(package: upload.target?.package.canonical ?? "", current[0].id, patterns: current[0].packages))
    }
    guard let target = upload.target else { return .hangsOnClaims(first.id, first.unknowns) }
    let usable = allowing.filter { upload.package == .exists || $0.allowsCreation ?? true }
    guard let likeliest = usable.min(by: { $0.unknowns.count < $1.unknowns.count }) else {
      guard upload.package == .absent else { return .hangsOnExistence }
      throw .scope(.creationNotAllowed(package: target.package.canonical, first.id))
    }
    return likeliest.unknowns.isEmpty ? .granted(likeliest.id) : .hangsOnClaims(likeliest.id, likeliest.unknowns)
  }

  private func certainMiss(_ explained: [ExplainedPublisher], _ repository: ExactString?) -> PublisherRefusal {
    guard let nearest = explained.first(where: \.isOfRepository) else { return .noPublisher(repository: repository) }
    let failures = nearest.conditions.filter { $0.holds == false }
    return .claimMismatch(
      NearMiss(
        publisher: nearest.id, failures: failures.map { .init(key: $0.key, expected: $0.expected, got: $0.got) }, isOwner: false))
  }
}
