import Digests
import PublisherPolicy
import StrictParsers
import TokenVerification

extension SQLiteSession {
  func open(_ upload: UploadIntent, as intent: IntentID) throws(DatabaseFailure) -> StoreResult<ReservationOutcome> {
    if let refusal = try objection(to: upload) { return .failure(refusal) }
    try insert(intent, of: upload)
    return .success(.reserved(intent))
  }

  func insert(_ intent: IntentID, of upload: UploadIntent) throws(DatabaseFailure) {
    let use = upload.use
    // What is reserved is named; nobody asks for the others.
    let reserved = upload.createsPackage || upload.isExclusive ? upload.target : nil
    try insertIntent.run(
      .integer(intent.value), .blob(upload.note), .optionalText(reserved?.registry.description),
      .optionalText(reserved?.package.canonical.text), .optionalText(reserved?.file.text), .optionalText(use?.key.publisher.description),
      .optionalText(use?.key.issuerURL.text),
      .optionalText(use?.key.repository.text), use?.newPin.map { .blob($0.encoded()) } ?? .null, .optionalText(use?.run?.text),
      .integer(upload.createsPackage ? 1 : 0), .integer(upload.isExclusive ? 1 : 0))
  }

  /// Does nothing where the intent was ended before.
  func end(_ completion: PendingCompletion) throws(DatabaseFailure) {
    let claim = SQLValue.integer(completion.intent.value)
    if let success = completion.success {
      try insertPublisher.run(claim, .integer(success.time.seconds))
      if success.activates { try insertCreation.run(claim) }
    }
    switch completion.end {
    case .bound: try settleClaim.run(.null, claim)
    case .streamed(let digest): try settleClaim.run(.optionalDigest(digest), claim)
    case .released: try releaseClaim.run(claim)
    }
    try deleteIntent.run(claim)
  }

  /// Undoes what intents reserve and claim of which nobody was told.
  func void(_ intents: ClosedRange<Int64>) throws(DatabaseFailure) {
    for table in ["files WHERE claim", "intents WHERE id"] {
      try connection.prepare("DELETE FROM \(table) BETWEEN ? AND ?").run(.integer(intents.lowerBound), .integer(intents.upperBound))
    }
  }

  /// The intents below `first`, whose claims are settled by this.
  func interruptedIntents(before first: IntentID) throws(DatabaseFailure) -> [InterruptedIntent] {
    let first = SQLValue.integer(first.value)
    let intents = try selectIntentsBefore.all(first) { row in
      InterruptedIntent(id: IntentID(row.integer(0)), note: row.blob(1) ?? [])
    }
    try settleClaimsBefore.run(first)
    return intents
  }
}
