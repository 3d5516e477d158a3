import Digests
import PublisherPolicy
import StrictParsers
import TokenVerification

/// What speaks against an upload at the moment at which it would begin. Nothing is written for one that is refused.
extension SQLiteSession {
  func objection(to upload: UploadIntent) throws(DatabaseFailure) -> StateRefusal? {
    if let freeze = try freeze(of: upload) { return .frozen(freeze) }
    let registry = SQLValue.text(upload.target.registry.description)
    let package = SQLValue.text(upload.target.package.canonical.text)
    if upload.isExclusive,
      try selectExclusive.first(registry, package, .text(upload.target.file.text), read: { _ in true }) ?? false
    {
      return .inFlight
    }
    guard let use = upload.use, let newPin = use.newPin else { return nil }
    let ids = SQLValue.blob(newPin.encoded())
    if let refusal = try objection(toTeaching: use.key, ids) { return refusal }
    return try objection(toLearnerOf: use.key, ids, registry: registry, package: package)
  }

  private func freeze(of upload: UploadIntent) throws(DatabaseFailure) -> Freeze? {
    guard try isAnythingFrozen() else { return nil }
    let found = try selectFreeze.first(
      .text(upload.target.registry.description), .optionalText(upload.use?.key.publisher.description), read: { Freeze($0) })
    guard let row = found else { return nil }
    // What can't be read was meant to stop something.
    guard let freeze = row else { throw .damaged }
    return freeze
  }

  /// Nearly always nothing is.
  private func isAnythingFrozen() throws(DatabaseFailure) -> Bool {
    if let hasFreezes = known.hasFreezes { return hasFreezes }
    let found = try selectAnyFreeze.first { _ in true } ?? false
    known.hasFreezes = found
    return found
  }

  /// Two identities must not both be the first one of a repository: the one that is learnt first reserves its name, and the same identity may use it once more
  /// meanwhile.
  private func objection(toTeaching key: PublisherKey, _ ids: SQLValue) throws(DatabaseFailure) -> StateRefusal? {
    let (issuer, repository) = (SQLValue.text(key.issuerURL.text), SQLValue.text(key.repository.text))
    if let refusal = try selectOtherLesson.first(issuer, repository, ids, read: { _ in StateRefusal.reserved }) { return refusal }
    return try selectRivalLesson.first(issuer, repository, ids) { _ in StateRefusal.reserved }
  }

  private func objection(
    toLearnerOf key: PublisherKey, _ ids: SQLValue, registry: SQLValue, package: SQLValue
  ) throws(DatabaseFailure) -> StateRefusal? {
    let creation = try selectCreation.first(registry, package) { row in
      (publisher: row.text(0) ?? "", issuer: row.text(1), ids: row.blob(2))
    }
    if let creation, creation.publisher != key.publisher.description {
      guard case .blob(let own) = ids, creation.ids == own, creation.issuer.map({ ExactString($0) }) == key.issuerURL else {
        return .packageTaken(PublisherID(creation.publisher))
      }
    }
    // The registry may have it already of somebody whose upload has not ended here.
    return try selectRivalCreation.first(registry, package, .text(key.issuerURL.text), ids) { _ in .reserved }
  }
}

extension Freeze {
  private enum Kind: Int64 { case everything = 1, registry, publisher }

  /// Of the columns kind, name, why and since; `nil` if they are not what is written there.
  init?(_ row: borrowing SQLRow) {
    let name = row.text(1) ?? ""
    let scope: Scope
    switch Kind(rawValue: row.integer(0)) {
    case .everything: scope = .everything
    case .registry: scope = .registry(RegistryName(name))
    case .publisher: scope = .publisher(PublisherID(name))
    case nil: return nil
    }
    guard let since = UnixTime(row.integer(3)) else { return nil }
    self.init(scope: scope, why: row.text(2) ?? "", since: since)
  }
}

extension Freeze.Scope {
  /// The columns kind and name.
  var columns: (kind: SQLValue, name: SQLValue) {
    switch self {
    case .everything: (.integer(1), .text(""))
    case .registry(let name): (.integer(2), .text(name.description))
    case .publisher(let id): (.integer(3), .text(id.description))
    }
  }
}
