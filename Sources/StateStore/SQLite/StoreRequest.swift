/// What waits for its transaction.
enum StoreRequest: Sendable {
  case batch(StoreBatch, StoreBatch.Completion)
  case operation(StoreOperation)

  /// How much of a transaction it fills; at least 1.
  var size: Int {
    switch self {
    case .batch(let batch, _): max(1, batch.reservations.count + batch.ends.count)
    case .operation: 1
    }
  }

  /// Intents that must be ended even if this transaction fails.
  var owed: [PendingCompletion] {
    switch self {
    case .batch(let batch, _): batch.ends
    case .operation: []
    }
  }

  /// Whether nobody waits for it, and it may be lost with the process or the machine.
  var mayBeLost: Bool {
    switch self {
    case .batch(let batch, _): batch.reservations.isEmpty && batch.ends.allSatisfy(\.mayBeLost)
    case .operation: false
    }
  }

  /// Says that its transaction failed.
  func fail() {
    switch self {
    case .batch(let batch, let completion): completion(batch.failures)
    case .operation(let operation): operation.fail()
    }
  }
}

/// One operation that waits for its transaction.
struct StoreOperation: Sendable {
  /// Runs within the transaction; what it gives is called once the transaction is durable.
  let run: @Sendable (SQLiteSession, inout IntentNumbers) throws(DatabaseFailure) -> @Sendable () -> Void
  /// Called where the transaction failed.
  let fail: @Sendable () -> Void
}

/// What a request is told once its transaction is durable.
enum StoreAnswer {
  case results([StoreResult<ReservationOutcome>], StoreBatch.Completion)
  case done(@Sendable () -> Void)

  func give() {
    switch self {
    case .results(let results, let completion): completion(results)
    case .done(let answer): answer()
    }
  }
}
