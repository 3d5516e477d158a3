/// One operation that waits for a connection.
struct PostgresRequest: Sendable {
  /// Runs as one transaction; what it gives is called once that is durable.
  let run: @Sendable (PostgresSession) throws(PostgresFailure) -> @Sendable () -> Void
  /// Called where it failed, or nobody knows whether it did.
  let fail: @Sendable () -> Void
  /// What it opens. Where nobody knows whether it did, it must be made sure that they stay closed.
  var intents: [IntentID] = []
  /// Whether it comes after all others: nothing else may be under way.
  var isLast = false
}
