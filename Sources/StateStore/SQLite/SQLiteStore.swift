package import Digests
package import PublisherPolicy
package import StrictParsers
package import TokenVerification

/// The state of one gateway in an SQLite database.
///
/// One thread writes. All requests that wait when it is free share one transaction, so that the disk is waited for once for all of them.
package final class SQLiteStore: StateStore {
  private let queue: RequestQueue

  /// A store in a file, which is made where there is none, for this user only. It is opened at the first use, and again after a failure.
  ///
  /// - Parameters:
  ///   - role: Who opens it.
  ///   - maximumPages: How many pages of 4 KiB the file may have, where something else than the disk bounds it.
  ///   - report: Called when the store stops answering, with the cause, and when it answers again.
  package convenience init(
    path: String, role: StoreRole = .gateway, maximumPages: Int? = nil,
    report: @escaping @Sendable (StoreCondition<DatabaseFailure>) -> Void = { _ in }
  ) {
    self.init(.file(DatabaseFile(path: path), role), maximumPages: maximumPages, report: report)
  }

  /// A store that ends with its process.
  package static func memory(maximumPages: Int? = nil) -> SQLiteStore {
    SQLiteStore(.memory, maximumPages: maximumPages) { _ in }
  }

  private init(_ location: StoreWriter.Location, maximumPages: Int?, report: @escaping @Sendable (StoreCondition<DatabaseFailure>) -> Void)
  {
    queue = RequestQueue { queue in
      let writer = StoreWriter(location, maximumPages: maximumPages, report: report)
      while let group = queue.next() { writer.commit(group) }
      writer.close()
    }
  }

  deinit { queue.end {} }

  package func close() async {
    await withCheckedContinuation { continuation in queue.end { continuation.resume() } }
  }

  // MARK: - StateStore

  package func exchange(_ exchange: TokenExchange) async throws(StateRefusal) {
    try await perform { ledger, _ throws(DatabaseFailure) in try ledger.exchange(exchange) }
  }

  package func uploadToken(_ hash: SHA256Digest, at now: UnixTime) async throws(StateRefusal) -> UploadTokenRecord? {
    try await perform { ledger, _ throws(DatabaseFailure) in .success(try ledger.uploadToken(hash, at: now)) }
  }

  package func burn(_ hash: SHA256Digest, at now: UnixTime) async throws(StateRefusal) -> UploadTokenRecord? {
    try await perform { ledger, _ throws(DatabaseFailure) in .success(try ledger.burn(hash, at: now)) }
  }

  package func submit(_ batch: StoreBatch, completion: @escaping StoreBatch.Completion) {
    guard !batch.isEmpty else { return completion([]) }
    enqueue(.batch(batch, completion))
  }

  package func artifacts(
    of subject: BindingSubject, in package: PublishTarget.Package, of registry: RegistryName
  ) async throws(StateRefusal) -> [BoundArtifact] {
    try await perform { ledger, _ throws(DatabaseFailure) in .success(try ledger.artifacts(of: subject, in: package, of: registry)) }
  }

  package func interruptedIntents() async throws(StateRefusal) -> [InterruptedIntent] {
    try await perform { ledger, numbers throws(DatabaseFailure) in .success(try ledger.interruptedIntents(before: numbers.first)) }
  }

  package func learnt(issuer: ExactString, repository: ExactString, ids: ImmutableIDs) async throws(StateRefusal) -> [PinnedIdentity] {
    try await perform { ledger, _ throws(DatabaseFailure) in
      .success(try ledger.learnt(issuer: issuer, repository: repository, ids: ids))
    }
  }

  package func publisherRecords() async throws(StateRefusal) -> [PublisherRecord] {
    try await perform { ledger, _ throws(DatabaseFailure) in .success(try ledger.publisherRecords()) }
  }

  package func forget(_ publisher: PublisherID, _ action: [UInt8]) async throws(StateRefusal) -> Int {
    try await perform { ledger, _ throws(DatabaseFailure) in .success(try ledger.forget(publisher, action)) }
  }

  package func revoke(_ publishers: [PublisherID], at now: UnixTime, _ action: [UInt8]?) async throws(StateRefusal) -> Int {
    try await perform { ledger, _ throws(DatabaseFailure) in .success(try ledger.revoke(publishers, at: now, action)) }
  }

  package func publishersOfTokens(at now: UnixTime) async throws(StateRefusal) -> [PublisherID] {
    try await perform { ledger, _ throws(DatabaseFailure) in .success(try ledger.publishersOfTokens(at: now)) }
  }

  package func freeze(_ freeze: Freeze, _ action: [UInt8]) async throws(StateRefusal) {
    try await perform { ledger, _ throws(DatabaseFailure) in .success(try ledger.freeze(freeze, action)) }
  }

  package func unfreeze(_ scope: Freeze.Scope, _ action: [UInt8]) async throws(StateRefusal) -> Bool {
    try await perform { ledger, _ throws(DatabaseFailure) in .success(try ledger.unfreeze(scope, action)) }
  }

  package func freezes() async throws(StateRefusal) -> [Freeze] {
    try await perform { ledger, _ throws(DatabaseFailure) in .success(try ledger.freezes()) }
  }

  package func updates(at now: UnixTime) async throws(StateRefusal) -> OperatorUpdates {
    try await perform { ledger, _ throws(DatabaseFailure) in .success(try ledger.updates(at: now)) }
  }

  package func settle(_ actions: [OperatorAction]) async throws(StateRefusal) {
    try await perform { ledger, _ throws(DatabaseFailure) in .success(try ledger.settle(actions)) }
  }

  package func probe() async throws(StateRefusal) {
    try await perform { ledger, _ throws(DatabaseFailure) in .success(try ledger.probe()) }
  }

  package func removeExpired(at now: UnixTime, limit: Int) async throws(StateRefusal) -> Int {
    try await perform { ledger, _ throws(DatabaseFailure) in .success(try ledger.removeExpired(at: now, limit: limit)) }
  }

  // MARK: - Requests

  private func perform<Value: Sendable>(
    _ operation: @escaping @Sendable (SQLiteSession, inout IntentNumbers) throws(DatabaseFailure) -> StoreResult<Value>
  ) async throws(StateRefusal) -> Value {
    try await withCheckedContinuation { (continuation: CheckedContinuation<StoreResult<Value>, Never>) in
      enqueue(
        .operation(
          StoreOperation(
            run: { ledger, numbers throws(DatabaseFailure) in
              let verdict = try operation(ledger, &numbers)
              return { continuation.resume(returning: verdict) }
            },
            fail: { continuation.resume(returning: .failure(.unavailable)) })))
    }.get()
  }

  private func enqueue(_ request: StoreRequest) {
    if !queue.append(request) { request.fail() }
  }
}
