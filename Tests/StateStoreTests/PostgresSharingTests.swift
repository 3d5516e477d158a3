import Digests
import Foundation
import PublisherPolicy
import StrictParsers
import Testing
import TokenVerification

@testable import StateStore

@Suite("Gateways that share a PostgreSQL database") struct PostgresSharingTests {
  private static let races = ProcessInfo.processInfo.environment["RACE_RUNS"].flatMap { Int($0) } ?? 20
  private static let direct = BindingSubject.direct(Sample.token("one"))

  /// Two gateways' stores of one database of its own.
  private static func withTwo(
    times: PostgresTimes = .patient,
    _ body: (PostgresStore, PostgresStore, PostgresDatabase) async throws -> Void
  ) async throws {
    let database = try await PostgresDatabase.onCommonServer()
    let stores = (database.store(times: times), database.store(times: times))
    try await body(stores.0, stores.1, database)
    await stores.0.close()
    await stores.1.close()
    try await database.drop()
  }

  private static var impatient: PostgresTimes {
    var times = PostgresTimes.patient
    times.patience = .zero
    return times
  }

  private static func notes(_ intents: [InterruptedIntent]) -> [String] { intents.map { String(decoding: $0.note, as: UTF8.self) } }

  // MARK: - At once

  @Test(
    "let as many of 64 simultaneous exchanges of a token succeed as its rule says",
    arguments: [ExchangeRule.oncePerToken, .oncePerPackage(Sample.target().package), .repeatable])
  func exchanges(rule: ExchangeRule) async throws {
    let winners = rule == .repeatable ? 64 : 1
    try await Self.withTwo { first, second, _ in
      for round in 0..<Self.races {
        let outcomes = await withTaskGroup { group in
          for index in 0..<64 {
            let store = index.isMultiple(of: 2) ? first : second
            group.addTask {
              await refusal { () throws(StateRefusal) in
                try await store.exchange(
                  TokenExchange(
                    token: Sample.token(ExactString(round)), rule: rule, rememberedUntil: Sample.now,
                    record: Sample.record("\(round) \(index)")))
              }
            }
          }
          return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == nil } == winners && outcomes.count { $0 == .replayed } == 64 - winners, "round \(round)")
      }
    }
  }

  @Test("bind one version only, of 64 that are asked for at once")
  func versions() async throws {
    try await Self.withTwo { first, second, _ in
      for round in 0..<20 {
        let outcomes = await withTaskGroup { group in
          for index in 0..<64 {
            let store = index.isMultiple(of: 2) ? first : second
            let binding = Sample.binding(
              .direct(Sample.token(ExactString(round))), Sample.target("file", of: ExactString(index / 2)))
            group.addTask { await store.refusal(binding: binding) }
          }
          return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == nil } == 2 && outcomes.count { $0 == .otherVersion } == 62, "round \(round)")
      }
    }
  }

  @Test("bind one version only, whichever upload token of a credential asks for it")
  func sharedVersions() async throws {
    try await Self.withTwo { first, second, _ in
      for round in 0..<Self.races {
        for index in 0..<16 {
          let token = Sample.token(ExactString(round))
          try await first.exchange(
            TokenExchange(token: token, rule: .repeatable, rememberedUntil: Sample.now, record: Sample.record("\(round) \(index)")))
        }
        let outcomes = await withTaskGroup { group in
          for index in 0..<16 {
            let store = index.isMultiple(of: 2) ? first : second
            let binding = Sample.binding(
              .uploadToken(Sample.digest("\(round) \(index)")), Sample.target("file", of: ExactString(index / 2)))
            group.addTask { await store.refusal(binding: binding) }
          }
          return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == nil } == 2 && outcomes.count { $0 == .otherVersion } == 14, "round \(round)")
      }
    }
  }

  @Test("do not stay in each other's way where their batches hold the same credentials in another order")
  func crossedBatches() async throws {
    try await Self.withTwo { first, second, _ in
      for round in 0..<Self.races {
        let reservations = (0..<8).map { place in
          UploadReservation.bind(
            Sample.binding(.direct(Sample.token(ExactString("\(round) \(place)"))), Sample.target(ExactString(place))))
        }
        async let one = first.results(of: StoreBatch(reservations: reservations))
        async let other = second.results(of: StoreBatch(reservations: reservations.reversed()))
        let results = await one + other
        #expect(results.count == 16 && results.allSatisfy { $0.refusal == nil }, "round \(round)")
      }
    }
  }

  @Test("never learn from a second identity, also at the moment at which the first is learnt")
  func lessons() async throws {
    try await Self.withTwo { first, second, _ in
      for round in 0..<50 {
        let key = Sample.key("publisher-\(round)")
        let target = Sample.target(package: ExactString("package-\(round)"))
        let intent = try await first.open(Sample.upload(target, by: Sample.use(key, learning: Sample.ids("1")), creates: true))
        let sameEntry = Sample.upload(Sample.target("b"), by: Sample.use(key, learning: Sample.ids("2")))
        let samePackage = Sample.upload(target, by: Sample.use(Sample.key("rival"), learning: Sample.ids("2")), creates: true)
        let refusals = await withTaskGroup { group in
          group.addTask { () -> StateRefusal? in
            first.end(intent, as: .bound, Sample.success)
            return .reserved
          }
          for rival in [sameEntry, samePackage, sameEntry, samePackage] {
            group.addTask { await StateStoreTests.refusal { () throws(StateRefusal) in _ = try await second.open(rival) } }
          }
          return await group.reduce(into: []) { $0.append($1) }
        }
        let taken = StateRefusal.packageTaken(key.publisher)
        #expect(refusals.allSatisfy { $0 == .reserved || $0 == taken }, "round \(round): \(refusals)")
      }
    }
  }

  @Test("remove what has expired without waiting for each other")
  func expiry() async throws {
    try await Self.withTwo { first, second, database in
      for index in 0..<4 {
        _ = try await first.bind(Sample.binding(.direct(Sample.token(ExactString(index))), until: Sample.time(Int64(index + 1))))
      }
      let other = try database.connection()
      try other.execute(
        "BEGIN; SELECT 1 FROM imprimatur.credentials WHERE remembered_until = 2 FOR UPDATE", until: .now.advanced(by: .seconds(60)))
      #expect(try await first.removeExpired(at: Sample.now, limit: 2) == 2)
      #expect(try await second.removeExpired(at: Sample.now, limit: 2) == 1)
      #expect(try await database.count("credentials") == 1)
    }
  }

  // MARK: - One after another

  @Test("make the tables once, also where all come first")
  func migration() async throws {
    for _ in 0..<5 {
      try await Self.withTwo { first, second, database in
        let refusals = await withTaskGroup { group in
          for store in [first, second] {
            group.addTask { await StateStoreTests.refusal { () throws(StateRefusal) in try await store.probe() } }
          }
          return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(refusals == [nil, nil])
        let versions = try await database.count("schema_version")
        #expect(versions == 1)
      }
    }
  }

  @Test("leave each other's uploads alone, and take over what a gateway left that has ended, one of them each")
  func interruption() async throws {
    try await Self.withTwo { first, second, database in
      let ended = database.store()
      _ = try await ended.bind(Sample.binding(Self.direct, note: "bound"))
      ended.end(try await ended.bind(Sample.binding(Self.direct, note: "ended")), as: .bound)
      _ = try await ended.claim(Sample.claim(Self.direct, Sample.target("streamed"), note: "streamed"))
      #expect(try await first.interruptedIntents().isEmpty)
      await ended.close()

      #expect(await first.refusal(claiming: Sample.claim(Self.direct, Sample.target("streamed"))) == .inFlight)
      let own = try await first.bind(Sample.binding(Self.direct, note: "own"))
      async let one = first.interruptedIntents()
      async let other = second.interruptedIntents()
      let (found, foundElsewhere) = try await (one, other)
      #expect(Set(Self.notes(found + foundElsewhere)) == ["bound", "streamed"] && found.count + foundElsewhere.count == 2)
      #expect(!found.map(\.id).contains(own))
      #expect(try await first.interruptedIntents() == found)
      #expect(try await second.interruptedIntents() == foundElsewhere)
      #expect(await second.refusal(claiming: Sample.claim(Self.direct, Sample.target("streamed"))) == .alreadySent)
      for intent in found { first.end(intent.id, as: .bound) }
      for intent in foundElsewhere { second.end(intent.id, as: .bound) }
      #expect(try await first.interruptedIntents().isEmpty)
      #expect(try await second.interruptedIntents().isEmpty)
    }
  }

  @Test("give the intents that a dead gateway left in their order, and those that a dead one had taken over")
  func deaths() async throws {
    let database = try await PostgresDatabase.onCommonServer()
    // Neither says that it goes.
    let dead = database.store(times: Self.impatient)
    for number in 0..<5 { _ = try await dead.bind(Sample.binding(Self.direct, note: "\(number)")) }
    let patient = database.store()
    #expect(try await patient.interruptedIntents().isEmpty)
    let heir = database.store(times: Self.impatient)
    #expect(Self.notes(try await heir.interruptedIntents()) == ["0", "1", "2", "3", "4"])
    let last = database.store(times: Self.impatient)
    #expect(Self.notes(try await last.interruptedIntents()) == ["0", "1", "2", "3", "4"])
    for store in [dead, patient, heir, last] { await store.close() }
    try await database.drop()
  }

  @Test("count an end that a gateway tells which was taken for dead")
  func lateEnd() async throws {
    try await Self.withTwo(times: Self.impatient) { first, second, database in
      let intent = try await first.open(Sample.upload(by: Sample.use(learning: Sample.ids("1"))))
      #expect(try await second.interruptedIntents().map(\.id) == [intent])
      first.end(intent, as: .bound, Sample.success)
      #expect(try await first.publisherRecords().map(\.ids) == [Sample.ids("1")])
      second.end(intent, as: .bound)
      #expect(try await second.publisherRecords().count == 1)
      #expect(try await database.count("intents") == 0)
    }
  }

  @Test("learn what a gateway tells which was taken for dead, even if another has ended its upload meanwhile")
  func lateLesson() async throws {
    try await Self.withTwo(times: Self.impatient) { first, second, database in
      let upload = Sample.upload(by: Sample.use(learning: Sample.ids("1"), run: "run 7"), creates: true)
      let intent = try await first.open(upload)
      #expect(try await second.interruptedIntents().map(\.id) == [intent])
      second.end(intent, as: .bound)
      #expect(try await second.publisherRecords().isEmpty)
      first.end(intent, as: .bound, UploadSuccess(time: Sample.now, of: upload))
      let record = try #require(try await first.publisherRecords().first)
      #expect(record.ids == Sample.ids("1") && record.last.run == "run 7" && record.key == Sample.key())
      let rival = Sample.use(Sample.key("rival", repository: "acme/rival"), learning: Sample.ids("2"))
      #expect(
        await refusal { () throws(StateRefusal) in _ = try await second.open(Sample.upload(by: rival, creates: true)) }
          == .packageTaken(PublisherID("widgets-release")))
      #expect(try await database.count("intents") == 0)
    }
  }

  @Test("record each deed of an operator once, of which one of them is given each at a time")
  func actions() async throws {
    try await Self.withTwo { first, second, database in
      let command = database.store(role: .command)
      try await first.probe()
      for number in 0..<20 {
        let freeze = Freeze(scope: .registry(RegistryName("r\(number)")), why: "an incident", since: Sample.now)
        try await command.freeze(freeze, Array("\(number)".utf8))
      }
      let given = try await withThrowingTaskGroup { group in
        for index in 0..<16 {
          let store = index.isMultiple(of: 2) ? first : second
          group.addTask { try await store.updates(at: Sample.now).actions.map { String(decoding: $0.note, as: UTF8.self) } }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      #expect(given.count == 20 && Set(given) == Set((0..<20).map { "\($0)" }))
      await command.close()
    }
  }
}
