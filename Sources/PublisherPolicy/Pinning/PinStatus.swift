package import StrictParsers

/// How a token stands to what its publisher knows of who publishes.
enum PinStatus: Hashable, Sendable {
  /// The configuration holds ids or says that names will do, or the provider's names can't be taken by strangers: conditions say all.
  case configured
  /// Nothing is known yet: the first to succeed is learnt.
  case new(PublisherKey, ImmutableIDs)
  /// The ids are those that were learnt, whatever the repository is called now.
  case known(PublisherKey)
  /// Another one published under this name.
  case changed(PublisherKey, learnt: ImmutableIDs, got: ImmutableIDs)
  /// The token lacks an id, so that it could never be recognised. `mend`: what the job or the operator can do about it.
  case unrecognisable(claim: ExactString, mend: String?)
}

extension PinStatus {
  var isNew: Bool { if case .new = self { true } else { false } }
  var isKnown: Bool { if case .known = self { true } else { false } }

  /// Whether nothing speaks against the one who asks.
  var isTrusted: Bool { refusal == nil }

  var refusal: PublisherRefusal? {
    switch self {
    case .configured, .new, .known: nil
    case .changed(let key, let learnt, let got): .identityChanged(key, learnt: learnt, got: got)
    case .unrecognisable(let claim, let mend): .missingClaim(claim, mend: mend)
    }
  }
}

extension Publisher {
  func pinStatus(with identity: PublisherIdentity, _ learnt: [PinnedIdentity]) -> PinStatus {
    guard pinsOnFirstUse else { return pin == .names ? pinStatusByName(with: identity, learnt) : .configured }
    if let missing = provider.immutableIDs.first(where: { identity.claim($0)?.isEmpty ?? true }) {
      return .unrecognisable(claim: missing, mend: provider.idsOnRequest.map { "\($0), or the publisher must say `pin: names`" })
    }
    let got = provider.immutableIDs(of: identity)
    let own = learnt.filter { $0.key.publisher == id && $0.key.issuerURL == identity.issuerURL && repositories.contains($0.key.repository) }
    if let known = own.first(where: { $0.ids == got }) { return .known(known.key) }
    let key = key(of: identity)
    // A name is known once it has published, also by another entry.
    let holders = learnt.filter { $0.key.issuerURL == key.issuerURL && $0.key.repository == key.repository && $0.ids != got }
    if let other = holders.first(where: { $0.key == key }) ?? holders.first { return .changed(other.key, learnt: other.ids, got: got) }
    return .new(key, got)
  }

  /// Names will do, unless the token shows an id that is not the one by which another publisher knows the repository.
  private func pinStatusByName(with identity: PublisherIdentity, _ learnt: [PinnedIdentity]) -> PinStatus {
    let key = key(of: identity)
    let got = provider.immutableIDs(of: identity)
    let holders = learnt.filter { $0.key.issuerURL == key.issuerURL && $0.key.repository == key.repository }
    guard let other = holders.first(where: { $0.ids.disagree(with: got) }) else { return .configured }
    return .changed(other.key, learnt: other.ids, got: got)
  }

  /// Where the memory of this publisher's use by a token belongs.
  func key(of identity: PublisherIdentity) -> PublisherKey {
    PublisherKey(publisher: id, issuerURL: identity.issuerURL, repository: provider.repository(of: identity) ?? "")
  }
}

extension CIProvider {
  /// The token's repository, in the one spelling that all equivalent ones share.
  func repository(of identity: PublisherIdentity) -> ExactString? { repository { identity.claim($0) } }

  package func repository(_ claim: (ExactString) -> ExactString?) -> ExactString? {
    guard let name = claim(repositoryKey.claim) else { return nil }
    let spelling = caseIgnored.contains(repositoryKey.condition) ? ASCII.lowercased(name) : name
    guard let repositoryScope else { return spelling }
    return claim(repositoryScope).map { ExactString("\($0)/\(spelling)") }
  }

  /// The name alone of a repository that `repository` spells with its scope.
  func name(ofRepository spelling: ExactString) -> ExactString {
    guard repositoryScope != nil, let slash = spelling.utf8.lastIndex(of: UInt8(ascii: "/")) else { return spelling }
    return ExactString(utf8: spelling.utf8[slash...].dropFirst()) ?? spelling
  }

  /// Whether a condition says only what the repository and its owner are called.
  func isLabel(_ condition: Condition) -> Bool { labels.contains { condition.isAbout($0) } }

  /// Whether a condition that does not hold shows the repository to be another one.
  func isName(_ condition: Condition) -> Bool {
    condition.isAbout(repositoryKey.claim) || repositoryScope.map { condition.isAbout($0) } ?? false
  }

  /// Those that the token has.
  func immutableIDs(of identity: PublisherIdentity) -> ImmutableIDs {
    ImmutableIDs(immutableIDs.compactMap { name in identity.claim(name).map { .init(name, $0) } })
  }
}
