import Digests
import PublisherPolicy
import StrictParsers
import TokenVerification

extension SQLiteSession {
  func open(_ upload: UploadIntent, as intent: IntentID) throws(DatabaseFailure) -> StoreResult<ReservationOutcome> {
    if let refusal = try objection(to: upload) { return .failure(refusal) }
    try insert(intent, of: upload, streamedBy: nil)
    return .success(.reserved(intent))
  }

  /// - Parameter credential: whose revision is recorded at the end; `nil` if none is.
  func insert(_ intent: IntentID, of upload: UploadIntent, streamedBy credential: Int64?) throws(DatabaseFailure) {
    let use = upload.use
    // What is reserved or recorded is named; nobody asks for the others.
    let reserved = upload.createsPackage || upload.isExclusive || credential != nil ? upload.target : nil
    try insertIntent.run(
      .integer(intent.value), .integer(notes.append(upload.note, of: intent)), .optionalText(reserved?.registry.description),
      .optionalText(reserved?.package.canonical.text), .optionalText(reserved?.file.text), .optionalText(use?.key.publisher.description),
      .optionalText(use?.key.issuerURL.text),
      .optionalText(use?.key.repository.text), use?.newPin.map { .blob($0.encoded()) } ?? .null, .optionalText(use?.run?.text),
      .integer(upload.createsPackage ? 1 : 0), .integer(upload.isExclusive ? 1 : 0), credential.map { .integer($0) } ?? .null,
      .optionalText(credential == nil ? nil : upload.target.version?.canonical.text))
  }

  /// Does nothing where the intent was ended before.
  func end(_ completion: PendingCompletion) throws(DatabaseFailure) {
    let claim = SQLValue.integer(completion.intent.value)
    let isNew = completion.success.map { !isRecorded($0) } ?? false
    if let success = completion.success, isNew {
      try insertPublisher.run(claim, .integer(success.time.seconds))
      if success.activates { try insertCreation.run(claim) }
    }
    switch completion.end {
    case .bound: try settleClaim.run(claim, .null, .null, .null, .null)
    case .streamed(let digests): try settle(claim, digests)
    case .released: try releaseClaim.run(claim)
    }
    guard let row = try deleteIntent.first(claim, read: { $0.isNull(0) ? nil : $0.integer(0) }) else { return }
    if let row { try endNote(inRow: row) }
    if isNew, let success = completion.success, let use = success.upload?.use {
      known[use.key] = .init(time: success.time, run: use.run)
    }
  }

  /// Removes a row of notes with the last of its intents.
  private func endNote(inRow row: Int64) throws(DatabaseFailure) {
    let left = (openIntents[row] ?? 1) - 1
    openIntents[row] = left > 0 ? left : nil
    if left == 0 { try deleteNotes.run(.integer(row)) }
  }

  /// Whether the statement would change nothing: once a minute is enough for a run that uploads many files.
  private func isRecorded(_ success: UploadSuccess) -> Bool {
    guard let use = success.upload?.use, !success.activates, let last = known[use.key] else { return false }
    return last.run == use.run && success.time.seconds < last.time.seconds + 60
  }

  private func settle(_ claim: SQLValue, _ digests: ArtifactDigests?) throws(DatabaseFailure) {
    let md5 = SQLValue.optionalBlob(digests?.md5)
    let sha1 = SQLValue.optionalBlob(digests?.sha1)
    let sha512 = SQLValue.optionalBlob(digests?.sha512)
    try settleClaim.run(claim, .optionalDigest(digests?.sha256), md5, sha1, sha512)
    guard connection.changes == 0, let digests else { return }
    try insertStreamedRevision.run(claim, .digest(digests.sha256), md5, sha1, sha512)
  }

  /// Undoes what intents reserve and claim of which nobody was told.
  func void(_ intents: ClosedRange<Int64>) throws(DatabaseFailure) {
    for table in ["files WHERE claim", "intents WHERE id", "notes WHERE id"] {
      try connection.prepare("DELETE FROM \(table) BETWEEN ? AND ?").run(.integer(intents.lowerBound), .integer(intents.upperBound))
    }
    openIntents = openIntents.filter { !intents.contains($0.key) }
  }

  /// The intents below `first`, whose claims are settled by this.
  func interruptedIntents(before first: IntentID) throws(DatabaseFailure) -> [InterruptedIntent] {
    let first = SQLValue.integer(first.value)
    let intents = try selectIntentsBefore.all(first) { row in
      let id = IntentID(row.integer(0))
      return InterruptedIntent(id: id, note: row.blob(2).map { GroupedNotes.note(of: id, in: $0) ?? [] } ?? row.blob(1) ?? [])
    }
    try settleClaimsBefore.run(first)
    return intents
  }
}
