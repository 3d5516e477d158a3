package import Digests
package import PublisherPolicy
package import StrictParsers
import Synchronization
package import TokenVerification

/// The state of any number of gateways in a PostgreSQL database.
///
/// Each operation is one transaction of one round trip. Whether it was committed is unknown where the connection is lost meanwhile: it is refused then,
/// and whoever asks again is answered by what was committed.
package final class PostgresStore: StateStore {
  package static let usualConnections = 4

  private let pool: PostgresPool
  private let numbers: Mutex<IntentNumbers>

  /// It connects at the first use, and again after a failure.
  ///
  /// - Parameters:
  ///   - location: Asked at each attempt to connect, on a thread that may wait, since a password may change; `nil` if it can't be read.
  ///   - role: Who uses it.
  ///   - report: Called when the store stops answering, with the cause, and when it answers again.
  package init(
    role: StoreRole = .gateway, connections: Int = usualConnections, times: PostgresTimes = PostgresTimes(),
    report: @escaping @Sendable (StoreCondition<PostgresFailure>) -> Void = { _ in },
    location: @escaping @Sendable () -> PostgresLocation?
  ) {
    // Numbers that no other process happens to have: that is as unlikely as to guess a key of 62 bits.
    let user = PostgresSession.User(instance: .random(in: 1...(1 << 62)), role: role, times: times)
    pool = PostgresPool(location, for: user, connections: max(connections, 1), report: report)
    numbers = Mutex(IntentNumbers(above: .random(in: 1...(1 << 62))))
  }

  package func close() async { await pool.close() }

  // MARK: - StateStore

  package func exchange(_ exchange: TokenExchange) async throws(StateRefusal) {
    try await perform { session throws(PostgresFailure) in try session.exchange(exchange) }
  }

  package func uploadToken(_ hash: SHA256Digest, at now: UnixTime) async throws(StateRefusal) -> UploadTokenRecord? {
    try await perform { session throws(PostgresFailure) in .success(try session.uploadToken(hash, at: now)) }
  }

  package func burn(_ hash: SHA256Digest, at now: UnixTime) async throws(StateRefusal) -> UploadTokenRecord? {
    try await perform { session throws(PostgresFailure) in .success(try session.burn(hash, at: now)) }
  }

  package func submit(_ batch: StoreBatch, completion: @escaping StoreBatch.Completion) {
    if !batch.ends.isEmpty { pool.owe(batch.ends) }
    let reservations = batch.reservations
    guard !reservations.isEmpty else { return completion([]) }
    let intents = numbers.withLock { numbers in reservations.map { _ in numbers.next() } }
    pool.ask(
      PostgresRequest(
        run: { session throws(PostgresFailure) in
          let results = try session.reserve(reservations, as: intents)
          return { completion(results) }
        },
        fail: { completion(reservations.map { _ in .failure(.unavailable) }) },
        intents: intents))
  }

  package func artifacts(
    of subject: BindingSubject, in package: PublishTarget.Package, of registry: RegistryName
  ) async throws(StateRefusal) -> [BoundArtifact] {
    try await perform { session throws(PostgresFailure) in .success(try session.artifacts(of: subject, in: package, of: registry)) }
  }

  package func interruptedIntents() async throws(StateRefusal) -> [InterruptedIntent] {
    try await perform { session throws(PostgresFailure) in .success(try session.interruptedIntents()) }
  }

  package func learnt(issuer: ExactString, repository: ExactString, ids: ImmutableIDs) async throws(StateRefusal) -> [PinnedIdentity] {
    try await perform { session throws(PostgresFailure) in
      .success(try session.learnt(issuer: issuer, repository: repository, ids: ids))
    }
  }

  package func publisherRecords() async throws(StateRefusal) -> [PublisherRecord] {
    try await perform { session throws(PostgresFailure) in .success(try session.publisherRecords()) }
  }

  package func forget(_ publisher: PublisherID, _ action: [UInt8]) async throws(StateRefusal) -> Int {
    try await perform { session throws(PostgresFailure) in .success(try session.forget(publisher, action)) }
  }

  package func revoke(_ publishers: [PublisherID], at now: UnixTime, _ action: [UInt8]?) async throws(StateRefusal) -> Int {
    try await perform { session throws(PostgresFailure) in .success(try session.revoke(publishers, at: now, action)) }
  }

  package func publishersOfTokens(at now: UnixTime) async throws(StateRefusal) -> [PublisherID] {
    try await perform { session throws(PostgresFailure) in .success(try session.publishersOfTokens(at: now)) }
  }

  package func freeze(_ freeze: Freeze, _ action: [UInt8]) async throws(StateRefusal) {
    try await perform { session throws(PostgresFailure) in .success(try session.freeze(freeze, action)) }
  }

  package func unfreeze(_ scope: Freeze.Scope, _ action: [UInt8]) async throws(StateRefusal) -> Bool {
    try await perform { session throws(PostgresFailure) in .success(try session.unfreeze(scope, action)) }
  }

  package func freezes() async throws(StateRefusal) -> [Freeze] {
    try await perform { session throws(PostgresFailure) in .success(try session.freezes()) }
  }

  package func updates(at now: UnixTime) async throws(StateRefusal) -> OperatorUpdates {
    try await perform { session throws(PostgresFailure) in .success(try session.updates(at: now)) }
  }

  package func settle(_ actions: [OperatorAction]) async throws(StateRefusal) {
    try await perform { session throws(PostgresFailure) in .success(try session.settle(actions)) }
  }

  package func probe() async throws(StateRefusal) {
    try await perform { session throws(PostgresFailure) in .success(try session.beat()) }
  }

  package func removeExpired(at now: UnixTime, limit: Int) async throws(StateRefusal) -> Int {
    try await perform { session throws(PostgresFailure) in .success(try session.removeExpired(at: now, limit: limit)) }
  }

  // MARK: - Requests

  private func perform<Value: Sendable>(
    _ operation: @escaping @Sendable (PostgresSession) throws(PostgresFailure) -> StoreResult<Value>
  ) async throws(StateRefusal) -> Value {
    try await withCheckedContinuation { (continuation: CheckedContinuation<StoreResult<Value>, Never>) in
      pool.ask(
        PostgresRequest(
          run: { session throws(PostgresFailure) in
            let verdict = try operation(session)
            return { continuation.resume(returning: verdict) }
          },
          fail: { continuation.resume(returning: .failure(.unavailable)) }))
    }.get()
  }
}
