import Digests
import Observability
import PublisherPolicy
import StateStore
import StrictParsers
import TokenVerification

/// A state store whose answers to requests are timed. What the gateway asks for its own upkeep is not.
struct MeasuredStore: StateStore {
  let store: any StateStore
  let times: DurationFamily

  private func timed<Value>(_ ask: () async throws(StateRefusal) -> Value) async throws(StateRefusal) -> Value {
    let began = ContinuousClock.now
    defer { times.observe(.now - began) }
    return try await ask()
  }

  // MARK: For requests

  func exchange(_ exchange: TokenExchange) async throws(StateRefusal) {
    try await timed { () async throws(StateRefusal) in try await store.exchange(exchange) }
  }

  func uploadToken(_ hash: SHA256Digest, at now: UnixTime) async throws(StateRefusal) -> UploadTokenRecord? {
    try await timed { () async throws(StateRefusal) in try await store.uploadToken(hash, at: now) }
  }

  func burn(_ hash: SHA256Digest, at now: UnixTime) async throws(StateRefusal) -> UploadTokenRecord? {
    try await timed { () async throws(StateRefusal) in try await store.burn(hash, at: now) }
  }

  /// One measurement a batch, unless nobody waits for it.
  func submit(_ batch: StoreBatch, completion: @escaping StoreBatch.Completion) {
    guard !batch.reservations.isEmpty else { return store.submit(batch, completion: completion) }
    let began = ContinuousClock.now
    store.submit(batch) { [times] results in
      times.observe(.now - began)
      completion(results)
    }
  }

  func artifacts(
    of subject: BindingSubject, in package: PublishTarget.Package, of registry: RegistryName
  ) async throws(StateRefusal) -> [BoundArtifact] {
    try await timed { () async throws(StateRefusal) in try await store.artifacts(of: subject, in: package, of: registry) }
  }

  func learnt(issuer: ExactString, repository: ExactString, ids: ImmutableIDs) async throws(StateRefusal) -> [PinnedIdentity] {
    try await timed { () async throws(StateRefusal) in try await store.learnt(issuer: issuer, repository: repository, ids: ids) }
  }

  func probe() async throws(StateRefusal) {
    try await timed { () async throws(StateRefusal) in try await store.probe() }
  }

  // MARK: For upkeep

  func interruptedIntents() async throws(StateRefusal) -> [InterruptedIntent] { try await store.interruptedIntents() }

  func publisherRecords() async throws(StateRefusal) -> [PublisherRecord] { try await store.publisherRecords() }

  func forget(_ publisher: PublisherID, _ action: [UInt8]) async throws(StateRefusal) -> Int { try await store.forget(publisher, action) }

  func revoke(_ publishers: [PublisherID], at now: UnixTime, _ action: [UInt8]?) async throws(StateRefusal) -> Int {
    try await store.revoke(publishers, at: now, action)
  }

  func publishersOfTokens(at now: UnixTime) async throws(StateRefusal) -> [PublisherID] { try await store.publishersOfTokens(at: now) }

  func freeze(_ freeze: Freeze, _ action: [UInt8]) async throws(StateRefusal) { try await store.freeze(freeze, action) }

  func unfreeze(_ scope: Freeze.Scope, _ action: [UInt8]) async throws(StateRefusal) -> Bool { try await store.unfreeze(scope, action) }

  func freezes() async throws(StateRefusal) -> [Freeze] { try await store.freezes() }

  func updates(at now: UnixTime) async throws(StateRefusal) -> OperatorUpdates { try await store.updates(at: now) }

  func settle(_ actions: [OperatorAction]) async throws(StateRefusal) { try await store.settle(actions) }

  func removeExpired(at now: UnixTime, limit: Int) async throws(StateRefusal) -> Int {
    try await store.removeExpired(at: now, limit: limit)
  }

  func close() async { await store.close() }
}
