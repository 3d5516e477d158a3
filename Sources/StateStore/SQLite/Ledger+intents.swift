import Digests

extension Ledger {
  /// Does nothing where the intent was ended before.
  func end(_ intent: IntentID, as end: IntentEnd) throws(DatabaseFailure) {
    let claim = SQLValue.integer(intent.value)
    switch end {
    case .bound: try settleClaim.run(.null, claim)
    case .streamed(let digest): try settleClaim.run(.optionalDigest(digest), claim)
    case .released: try releaseClaim.run(claim)
    }
    try deleteIntent.run(claim)
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
