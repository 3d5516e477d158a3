import Observability
import StateStore
import StrictParsers
import TestSupport
import Testing

@testable import Gateway

@Suite("What the gateway does beside serving") struct UpkeepTests {
  private static func note(_ id: String) -> [UInt8] {
    Array(#"{"event":"publish","request.id":"\#(id)","package.name":"acme-widgets"}"#.utf8)
  }

  private static func submit(_ batch: StoreBatch, to store: any StateStore) async {
    await withCheckedContinuation { continuation in store.submit(batch) { _ in continuation.resume() } }
  }

  @Test("records each upload once that an earlier process did not end") func interrupted() async throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/state.db"
    let earlier = SQLiteStore(path: path, role: .gateway) { _ in }
    let intents = ["one", "two"].map { UploadIntent(target: PublishSample.target, use: nil, note: Self.note($0)) }
    await Self.submit(StoreBatch(reservations: intents.map { .open($0) }), to: earlier)
    await earlier.close()
    let gateway = try SampleGateway(SampleUpload.streamed.settings, SQLiteStore(path: path, role: .gateway) { _ in })
    for _ in 0..<2 { await gateway.services.upkeep.recordInterrupted() }
    await gateway.services.audit.flush()
    let records = try gateway.records()
    #expect(records.map { $0["request.id"]?.string } == ["one", "two"])
    #expect(records.allSatisfy { $0["reason"]?.string == "gateway.interrupted" && $0["package.name"]?.string == "acme-widgets" })
    #expect(try await gateway.store.interruptedIntents().isEmpty)
  }

  @Test("does not record again what the log holds already") func recorded() async throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/state.db"
    let earlier = SQLiteStore(path: path, role: .gateway) { _ in }
    let intent = UploadIntent(target: PublishSample.target, use: nil, note: Self.note("one"))
    await Self.submit(StoreBatch(reservations: [.open(intent)]), to: earlier)
    await earlier.close()
    let gateway = try SampleGateway(SampleUpload.streamed.settings, SQLiteStore(path: path, role: .gateway) { _ in })
    await gateway.services.audit.write(line: Array(#"{"request.id":"one","outcome":"published"}"#.utf8)) {}
    await gateway.services.upkeep.recordInterrupted()
    await gateway.services.audit.flush()
    #expect(try gateway.records().count == 1)
    #expect(try await gateway.store.interruptedIntents().isEmpty)
  }

  @Test("takes over what operators froze, and records each of their actions once") func operators() async throws {
    let gateway = try SampleGateway()
    let action = Array(#"{"event":"freeze","request.id":"one","operator.user":"alice"}"#.utf8)
    try await gateway.store.freeze(Freeze(scope: .registry(PublishSample.registry), why: "a leak", since: try PublishSample.time()), action)
    for _ in 0..<2 { await gateway.services.applyOperatorUpdates() }
    #expect(gateway.services.freeze(of: PublishSample.registry, nil)?.why == "a leak")
    await gateway.services.audit.flush()
    #expect(try gateway.records().map { $0["operator.user"]?.string } == ["alice"])
    // An hour later nobody is given the action any more.
    #expect(try await gateway.store.updates(at: try PublishSample.time(PublishSample.now + 3600)).actions.isEmpty)
  }

  @Test("leaves what is frozen frozen while the store can't be asked") func storeAway() async throws {
    let gateway = try SampleGateway()
    try await gateway.store.freeze(Freeze(scope: .everything, why: "a leak", since: try PublishSample.time()), Array("{}".utf8))
    await gateway.services.applyOperatorUpdates()
    await gateway.store.close()
    await gateway.services.applyOperatorUpdates()
    await gateway.services.upkeep.recordInterrupted()
    #expect(gateway.services.frozen.count == 1)
  }
}
