/// One operation that waits for its transaction.
struct StoreRequest: Sendable {
  /// Runs within the transaction; what it gives is called once the transaction is durable.
  let run: @Sendable (Ledger, inout IntentNumbers) throws(DatabaseFailure) -> @Sendable () -> Void
  /// Called where the transaction failed.
  let fail: @Sendable () -> Void
  /// An intent that must be ended even if this transaction fails.
  let owed: OwedEnd?
}

/// The end of an intent that is not durable yet: were it forgotten, the next start would report an upload as interrupted that was not.
struct OwedEnd: Sendable {
  let intent: IntentID
  let end: IntentEnd
  let success: UploadSuccess?

  /// Whether it may be lost with the machine: the next start would report an upload as interrupted once too often.
  var mayBeLost: Bool { !(success?.activates ?? false) }
}
