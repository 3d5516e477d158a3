import Digests
import Observability
import RegistryProtocols
import StateStore
import StrictParsers
import TestSupport
import Testing
import TokenVerification

@testable import Gateway
@testable import PublisherPolicy

@Suite("A store whose answers are timed") struct MeasuredStoreTests {
  private let metrics = Metrics(version: "test")
  private let store: MeasuredStore

  init() { store = MeasuredStore(store: SQLiteStore.memory(), times: metrics.stateOperation) }

  private var measurements: Int? {
    text(metrics.exposition()).split(separator: "\n").first { $0.hasPrefix("imprimatur_state_operation_seconds_count") }.flatMap {
      $0.split(separator: " ").last.flatMap { Int($0) }
    }
  }

  private func submit(_ batch: StoreBatch) async -> [Result<ReservationOutcome, StateRefusal>] {
    await withCheckedContinuation { continuation in store.submit(batch) { continuation.resume(returning: $0) } }
  }

  @Test("measures what requests wait for, each question once") func requests() async throws {
    let now = try PublishSample.time()
    let record = try PublishSample.uploadTokenRecord()
    let subject = BindingSubject.uploadToken(record.hash)
    let exchange = TokenExchange(token: record.identity.token, rule: .oncePerToken, rememberedUntil: record.expiry, record: record)
    try await store.exchange(exchange)
    await #expect(throws: StateRefusal.replayed) { try await store.exchange(exchange) }
    #expect(try await store.uploadToken(record.hash, at: now) == record)
    #expect(measurements == 3)
    let intent = UploadIntent(target: PublishSample.target, use: nil, note: [])
    let binding = Binding(subject: subject, upload: intent, digests: PublishSample.digests, rememberedUntil: record.expiry)
    let bound = await submit(StoreBatch(reservations: [.bind(binding), .open(intent)]))
    #expect(bound.allSatisfy { if case .success(.reserved) = $0 { true } else { false } } && bound.count == 2)
    #expect(measurements == 4)
    let artifacts = try await store.artifacts(of: subject, in: PublishSample.target.package, of: PublishSample.registry)
    #expect(artifacts.map(\.digests.sha256) == [PublishSample.digest])
    #expect(try await store.learnt(issuer: "https://issuer.example", repository: "acme/widgets", ids: ImmutableIDs([])).isEmpty)
    try await store.probe()
    #expect(try await store.burn(record.hash, at: now) == record)
    #expect(try await store.uploadToken(record.hash, at: now) == nil)
    #expect(measurements == 9)
  }

  @Test("measures nothing that nobody waits for") func upkeep() async throws {
    let now = try PublishSample.time()
    let freeze = Freeze(scope: .everything, why: "a leak", since: now)
    try await store.freeze(freeze, Array("{}".utf8))
    #expect(try await store.freezes() == [freeze])
    let updates = try await store.updates(at: now)
    #expect(updates.freezes == [freeze] && updates.actions.map(\.note) == [Array("{}".utf8)])
    try await store.settle(updates.actions)
    #expect(try await store.unfreeze(.everything, Array("{}".utf8)))
    #expect(try await store.freezes().isEmpty)
    #expect(try await store.interruptedIntents().isEmpty)
    #expect(try await store.publisherRecords().isEmpty)
    #expect(try await store.publishersOfTokens(at: now).isEmpty)
    #expect(try await store.revoke([PublishSample.publisher], at: now, nil) == 0)
    #expect(try await store.forget(PublishSample.publisher, []) == 0)
    #expect(try await store.removeExpired(at: now, limit: 10) == 0)
    #expect(await submit(StoreBatch()).isEmpty)
    #expect(measurements == 0)
    await store.close()
    await #expect(throws: StateRefusal.unavailable) { try await store.probe() }
    #expect(measurements == 1)
  }
}
