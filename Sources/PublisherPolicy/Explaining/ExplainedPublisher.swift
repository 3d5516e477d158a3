package import StrictParsers
package import TokenVerification

/// A publisher as `explain` shows it: each condition with what it expected and got.
package struct ExplainedPublisher: Sendable {
  package struct ExplainedCondition: Sendable {
    package let key: ExactString
    package let expected: String
    /// What `{version}` makes of it for this upload, in the spellings that it is sure to know: none where that has no version; `nil` if no
    /// version is expected or asked about.
    package let references: [ExactString]?
    package let got: ExactString?
    /// `nil` if it hangs on claims that a record does not hold.
    package let holds: Bool?
  }

  /// What is known of who publishes.
  package enum Memory: Sendable {
    /// The configuration says it.
    case configured
    /// The configuration says that names will do.
    case names
    /// It has never published: these would be learnt.
    case pending(ImmutableIDs)
    /// These were learnt, and are the token's.
    case learnt(ImmutableIDs)
    case changed(learnt: ImmutableIDs, got: ImmutableIDs)
    /// The token lacks the claim that would be learnt.
    case missing(claim: ExactString)
    /// Whether something was learnt could not be asked; these would be learnt otherwise, as far as they are known.
    case unknown(ImmutableIDs)
  }

  package let id: PublisherID
  package let conditions: [ExplainedCondition]
  package let memory: Memory
  package let packages: [ExactString]
  /// `nil` if no package was asked about.
  package let allowsPackage: Bool?
  package let creation: PublisherDeclaration.Creation
  /// Whether it may bring the package into being; `nil` if no package was asked about.
  package let allowsCreation: Bool?
  /// Exclusive; `nil` for one that does not expire.
  package let expires: UnixTime?
  package let isExpired: Bool
  /// Whether no condition fails that names the repository.
  let isOfRepository: Bool

  package var failures: Int { conditions.count { $0.holds == false } + (memory.holds == false ? 1 : 0) }

  /// What must be known before it can be said whether it is meant.
  var unknowns: [ExactString] { conditions.filter { $0.holds == nil }.map(\.key) + (memory.holds == nil ? ["ids"] : []) }

  init(_ publisher: Publisher, _ supposed: SupposedIdentity, _ upload: SupposedUpload, version: JudgedVersion, at now: UnixTime) {
    let (provider, identity) = (publisher.provider, supposed.identity)
    let pinStatus = publisher.pinStatus(with: identity, upload.learnt ?? [])
    let judged = publisher.conditions.map { condition in
      let holds =
        if pinStatus.isKnown, provider.isLabel(condition) {
          Bool?.some(true)
        } else if supposed.isWhole {
          condition.holds(of: identity, provider, version: version)
        } else {
          condition.holds(ofRecorded: identity, provider, version: version)
        }
      let explained = ExplainedCondition(
        key: condition.key, expected: condition.expectation, references: upload.target.flatMap { condition.references(of: $0.version) },
        got: condition.found(in: identity, provider), holds: holds)
      return (explained, provider.isName(condition))
    }
    id = publisher.id
    conditions = judged.map(\.0)
    memory = Memory(publisher, supposed, pinStatus, upload.learnt)
    packages = publisher.patterns(for: upload.registry)?.map(\.text) ?? []
    allowsPackage = upload.target.map { publisher.mayPublish($0) }
    creation = publisher.create
    allowsCreation = upload.target.map { publisher.mayPublish($0) && publisher.mayCreate($0) }
    expires = publisher.expires
    isExpired = publisher.isExpired(at: now)
    isOfRepository = !judged.contains { $0.1 && $0.0.holds == false }
  }
}

extension ExplainedPublisher.Memory {
  init(_ publisher: Publisher, _ supposed: SupposedIdentity, _ pinStatus: PinStatus, _ learnt: [PinnedIdentity]?) {
    let got = publisher.provider.immutableIDs(of: supposed.identity)
    self =
      switch pinStatus {
      case .configured: publisher.pin == .names ? .names : .configured
      case _ where !supposed.isWhole: .unknown(got)
      case .new: learnt == nil ? .unknown(got) : .pending(got)
      case .known: .learnt(got)
      case .changed(_, let learnt, let got): .changed(learnt: learnt, got: got)
      case .unrecognisable(let claim, _): .missing(claim: claim)
      }
  }

  /// `nil` if it is not known.
  package var holds: Bool? {
    switch self {
    case .configured, .names, .pending, .learnt: true
    case .changed, .missing: false
    case .unknown: nil
    }
  }
}

extension Condition {
  /// What a tag must be for an upload of this version; `nil` if the version does not matter.
  fileprivate func references(of version: PublishTarget.Version?) -> [ExactString]? {
    guard case .tag(let tags) = kind, tags.contains(where: \.namesVersion) else { return nil }
    return version.map { version in tags.flatMap { $0.references(of: version) } } ?? []
  }
}
