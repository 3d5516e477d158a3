import Digests
import PublisherPolicy
import StrictParsers
import TokenVerification

extension SQLiteSession {
  func reserve(_ reservation: UploadReservation, as intent: IntentID) throws(DatabaseFailure) -> StoreResult<ReservationOutcome> {
    switch reservation {
    case .bind(let binding): try bind(binding, as: intent)
    case .claim(let claim): try self.claim(claim, as: intent)
    case .open(let upload): try open(upload, as: intent)
    }
  }

  private func bind(_ binding: Binding, as intent: IntentID) throws(DatabaseFailure) -> StoreResult<ReservationOutcome> {
    if let refusal = try objection(to: binding.upload) { return .failure(refusal) }
    let target = binding.upload.target
    let credential: Int64
    switch try release(of: binding.subject, target, until: binding.rememberedUntil) {
    case .failure(let refusal): return .failure(refusal)
    case .success(let row): credential = row
    }
    switch try insertFile(of: credential, target, digest: binding.digest, claim: nil) {
    case .inserted: break
    case .bound(let digest): guard digest == binding.digest else { return .failure(.otherBytes) }
    case .claimed: return .failure(.inFlight)
    case .sent: return .failure(.alreadySent)
    }
    try insert(intent, of: binding.upload)
    return .success(.reserved(intent))
  }

  private func claim(_ claim: StreamClaim, as intent: IntentID) throws(DatabaseFailure) -> StoreResult<ReservationOutcome> {
    if let refusal = try objection(to: claim.upload) { return .failure(refusal) }
    let target = claim.upload.target
    let credential: Int64
    switch try release(of: claim.subject, target, until: claim.rememberedUntil) {
    case .failure(let refusal): return .failure(refusal)
    case .success(let row): credential = row
    }
    switch try insertFile(of: credential, target, digest: nil, claim: intent) {
    case .inserted: break
    case .bound(let digest): return .success(.alreadyBound(digest))
    case .claimed: return .failure(.inFlight)
    case .sent: return .failure(.alreadySent)
    }
    try insert(intent, of: claim.upload)
    return .success(.reserved(intent))
  }

  // MARK: - The credential

  /// The credential's row, once the package is bound to the target's version.
  private func release(
    of subject: BindingSubject, _ target: PublishTarget, until end: UnixTime
  ) throws(DatabaseFailure) -> StoreResult<Int64> {
    let credential: Int64
    switch try row(of: subject, until: end) {
    case .failure(let refusal): return .failure(refusal)
    case .success(let row): credential = row
    }
    let registry = SQLValue.text(target.registry.description)
    let package = SQLValue.text(target.package.canonical.text)
    let version = target.version?.canonical
    try insertRelease.run(.integer(credential), registry, package, .optionalText(version?.text))
    if connection.changes == 0 {
      let bound = try selectRelease.first(.integer(credential), registry, package) { $0.text(0).map { ExactString($0) } }
      guard let bound, bound == version else { return .failure(.otherVersion) }
    }
    return .success(credential)
  }

  private func row(of subject: BindingSubject, until end: UnixTime) throws(DatabaseFailure) -> StoreResult<Int64> {
    let key: SHA256Digest
    switch subject {
    case .direct(let token):
      key = token.key
      try insertCredential.run(.digest(key), .integer(CredentialKind.direct.rawValue), .integer(end.seconds))
      if connection.changes == 1 { return .success(connection.lastInsertedRow) }
    case .uploadToken(let hash): key = hash
    }
    let found = try selectCredential.first(.digest(key)) { row in
      (id: row.integer(0), kind: CredentialKind(rawValue: row.integer(1)), end: row.integer(2), isLive: !row.isNull(3))
    }
    switch (subject, found?.kind) {
    case (.direct, .direct), (.uploadToken, .uploadToken): break
    case (.direct, .exchanged), (.direct, .uploadToken), (.direct, nil): return .failure(.replayed)
    case (.uploadToken, .exchanged), (.uploadToken, .direct), (.uploadToken, nil): return .failure(.ended)
    }
    guard let found, found.isLive || found.kind == .direct else { return .failure(.ended) }
    if found.end < end.seconds { try extendCredential.run(.integer(end.seconds), .integer(found.id)) }
    return .success(found.id)
  }

  // MARK: - The file

  private enum FileState {
    case inserted
    case bound(SHA256Digest)
    case claimed
    /// Nobody knows with which bytes.
    case sent
  }

  private func insertFile(
    of credential: Int64, _ target: PublishTarget, digest: SHA256Digest?, claim: IntentID?
  ) throws(DatabaseFailure) -> FileState {
    let registry = SQLValue.text(target.registry.description)
    let package = SQLValue.text(target.package.canonical.text)
    let name = SQLValue.text(target.file.text)
    try insertFile.run(
      .integer(credential), registry, package, name, .optionalDigest(digest), claim.map { .integer($0.value) } ?? .null)
    guard connection.changes == 0 else { return .inserted }
    let found = try selectFile.first(.integer(credential), registry, package, name) { row -> FileState in
      if let digest = row.digest(0) { return .bound(digest) }
      return row.isNull(1) ? .sent : .claimed
    }
    return found ?? .sent
  }
}
