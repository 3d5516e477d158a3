import Digests
import PublisherPolicy
import StrictParsers
import TokenVerification

extension SQLiteSession {
  func reserve(_ reservation: UploadReservation, as intent: IntentID) throws(DatabaseFailure) -> StoreResult<ReservationOutcome> {
    switch reservation {
    case .bind(let binding): try reserve(binding.upload, by: binding.subject, binding.digests, until: binding.rememberedUntil, as: intent)
    case .claim(let claim): try reserve(claim.upload, by: claim.subject, nil, until: claim.rememberedUntil, as: intent)
    case .open(let upload): try open(upload, as: intent)
    }
  }

  /// - Parameter digests: `nil` if the bytes are still to come.
  private func reserve(
    _ upload: UploadIntent, by subject: BindingSubject, _ digests: ArtifactDigests?, until end: UnixTime, as intent: IntentID
  ) throws(DatabaseFailure) -> StoreResult<ReservationOutcome> {
    if let refusal = try objection(to: upload) { return .failure(refusal) }
    let credential: Int64
    switch try row(of: subject, until: end) {
    case .failure(let refusal): return .failure(refusal)
    case .success(let row): credential = row
    }
    let place = PackagePlace(credential, upload.target)
    switch upload.kind {
    case .file:
      guard try bindVersion(upload.target, at: place) else { return .failure(.otherVersion) }
      if let result = try objection(to: upload.target, digests, at: place, by: intent) { return result }
    case .mutable:
      guard try fitsVersion(upload.target, digests, at: place) else { return .failure(.otherVersion) }
      if let digests { try insertRevision(of: upload.target, digests, at: place, by: intent) }
    case .part: break
    }
    try insert(intent, of: upload, streamedBy: upload.kind == .mutable && digests == nil ? credential : nil)
    return .success(.reserved(intent))
  }

  // MARK: - The credential

  /// The row that the credential's bindings belong to.
  private func row(of subject: BindingSubject, until end: UnixTime) throws(DatabaseFailure) -> StoreResult<Int64> {
    let known = known[subject]
    let row = if let known { known } else { try credential(subject, until: end) }
    guard var found = row else { return .failure(subject.refusal) }
    guard found.isLive || found.kind == .direct else { return .failure(.ended) }
    let isLater = found.end < end.seconds
    if isLater { try extendCredential.run(.integer(found.id), .integer(end.seconds)) }
    if let origin = found.origin, isLater || known == nil { try extendCredential.run(.integer(origin), .integer(end.seconds)) }
    found.end = max(found.end, end.seconds)
    self.known[subject] = found
    return .success(found.owner)
  }

  /// The row of a credential, which is made if it is an OIDC token that comes with its first upload.
  private func credential(_ subject: BindingSubject, until end: UnixTime) throws(DatabaseFailure) -> FoundCredential? {
    let key = subject.key
    guard key.kind == .direct else { return try credential(key) }
    try insertCredential.run(.digest(key.digest), .integer(key.kind.rawValue), .integer(end.seconds))
    guard connection.changes == 1 else { return try credential(key) }
    return FoundCredential(id: connection.lastInsertedRow, kind: .direct, end: end.seconds, isLive: false, origin: nil)
  }

  // MARK: - The version

  /// False if another one is bound, or none where the target has one.
  private func bindVersion(_ target: PublishTarget, at place: PackagePlace) throws(DatabaseFailure) -> Bool {
    let version = target.version?.canonical
    if let bound = known[place.release] { return bound == version }
    try insertRelease.run(place.credential, place.registry, place.package, .optionalText(version?.text))
    var bound: ExactString?? = .some(version)
    if connection.changes == 0 {
      bound = try selectRelease.first(place.credential, place.registry, place.package) { $0.text(0).map { ExactString($0) } }
    }
    known[place.release] = bound
    return bound == .some(version)
  }

  /// Binds the version of a revision that has one. Another one fits that names bytes which the credential has already sent.
  private func fitsVersion(_ target: PublishTarget, _ digests: ArtifactDigests?, at place: PackagePlace) throws(DatabaseFailure) -> Bool {
    guard target.version != nil else { return true }
    if try bindVersion(target, at: place) { return true }
    guard let digests else { return false }
    return try selectRevision.first(place.credential, place.registry, place.package, .digest(digests.sha256)) { _ in true } ?? false
  }

  private func insertRevision(
    of target: PublishTarget, _ digests: ArtifactDigests, at place: PackagePlace, by intent: IntentID
  ) throws(DatabaseFailure) {
    try insertRevision.run(
      place.credential, place.registry, place.package, .digest(digests.sha256), .text(target.file.text),
      .optionalText(target.version?.canonical.text), .optionalBlob(digests.md5), .optionalBlob(digests.sha1), .optionalBlob(digests.sha512),
      .integer(intent.value))
  }

  // MARK: - The file

  private enum FileState {
    case bound(SHA256Digest)
    case claimed
    /// Nobody knows with which bytes.
    case sent
  }

  /// Binds the file's name to its bytes, or claims it for bytes that are still to come; `nil` if nothing speaks against that.
  private func objection(
    to target: PublishTarget, _ digests: ArtifactDigests?, at place: PackagePlace, by intent: IntentID
  ) throws(DatabaseFailure) -> StoreResult<ReservationOutcome>? {
    let name = SQLValue.text(target.file.text)
    let number = SQLValue.integer(intent.value)
    try insertFile.run(
      place.credential, place.registry, place.package, name, .optionalDigest(digests?.sha256), digests == nil ? number : .null,
      .optionalBlob(digests?.md5), .optionalBlob(digests?.sha1), .optionalBlob(digests?.sha512), number)
    guard connection.changes == 0 else { return nil }
    let found = try selectFile.first(place.credential, place.registry, place.package, name) { row -> FileState in
      if let digest = row.digest(0) { return .bound(digest) }
      return row.isNull(1) ? .sent : .claimed
    }
    switch found {
    case .bound(let digest):
      guard let digests else { return .success(.alreadyBound(digest)) }
      guard digest == digests.sha256 else { return .failure(.otherBytes) }
      if digests.md5 != nil || digests.sha1 != nil || digests.sha512 != nil {
        try completeFile.run(
          .optionalBlob(digests.md5), .optionalBlob(digests.sha1), .optionalBlob(digests.sha512), place.credential, place.registry,
          place.package, name)
      }
      return nil
    case .claimed: return .failure(.inFlight)
    case .sent, nil: return .failure(.alreadySent)
    }
  }
}

/// What the rows of a credential's package are found by.
private struct PackagePlace {
  let release: KnownRows.Release
  let credential: SQLValue
  let registry: SQLValue
  let package: SQLValue

  init(_ credential: Int64, _ target: PublishTarget) {
    release = KnownRows.Release(credential: credential, registry: target.registry, package: target.package.canonical)
    self.credential = .integer(credential)
    registry = .text(target.registry.description)
    package = .text(target.package.canonical.text)
  }
}
