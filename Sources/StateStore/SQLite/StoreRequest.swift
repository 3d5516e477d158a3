/// One operation that waits for its transaction.
struct StoreRequest: Sendable {
  /// Runs within the transaction; what it gives is called once the transaction is durable.
  let run: @Sendable (SQLiteSession, inout IntentNumbers) throws(DatabaseFailure) -> @Sendable () -> Void
  /// Called where the transaction failed.
  let fail: @Sendable () -> Void
  /// An intent that must be ended even if this transaction fails.
  let owed: PendingCompletion?
}
