import StrictParsers
import Testing
import TokenVerification

@testable import StateStore

@Suite("A batch of a state store") struct BatchConformanceTests {
  private static let direct = BindingSubject.direct(Sample.token("one"))

  @Test("is judged in its order, each reservation by those before it", arguments: StoreKind.allCases)
  func order(kind: StoreKind) async throws {
    try await kind.with { store in
      let steps: [(UploadReservation, StateRefusal?)] = [
        (.claim(Sample.claim(Self.direct)), nil),
        (.claim(Sample.claim(Self.direct)), .inFlight),
        (.bind(Sample.binding(Self.direct, Sample.target("other", of: "2.0"))), .otherVersion),
        (.bind(Sample.binding(Self.direct, Sample.target("wheel"))), nil),
        (.bind(Sample.binding(Self.direct, Sample.target("wheel"), "other")), .otherBytes),
        (.open(Sample.upload(alone: true)), nil),
        (.open(Sample.upload(alone: true)), .inFlight),
        (.bind(Sample.binding(.uploadToken(Sample.digest("unknown")))), .ended),
        (.open(Sample.upload()), nil),
      ]
      let results = await store.results(of: StoreBatch(reservations: steps.map(\.0)))
      #expect(results.map(\.refusal) == steps.map(\.1))
      let intents = results.compactMap(\.intent)
      #expect(Set(intents).count == steps.count { $0.1 == nil })
    }
  }

  @Test("closes intents before it reserves anything", arguments: StoreKind.allCases)
  func endsFirst(kind: StoreKind) async throws {
    try await kind.with { store in
      let claim = UploadReservation.claim(Sample.claim(Self.direct))
      let first = try #require(await store.results(of: StoreBatch(reservations: [claim])).first?.intent)
      let released = PendingCompletion(intent: first, end: .released, success: nil)
      let second = await store.results(of: StoreBatch(reservations: [claim, claim], ends: [released]))
      #expect(second.map(\.refusal) == [nil, .inFlight])
    }
  }

  @Test("may be empty, or hold ends alone, and is answered all the same", arguments: StoreKind.allCases)
  func withoutReservations(kind: StoreKind) async throws {
    try await kind.with { store in
      #expect(await store.results(of: StoreBatch()).isEmpty)
      let intent = try #require(await store.claimed(Sample.claim(Self.direct)))
      #expect(await store.results(of: StoreBatch(ends: [PendingCompletion(intent: intent, end: .released, success: nil)])).isEmpty)
      #expect(await store.claimed(Sample.claim(Self.direct)) != nil)
    }
  }

  @Test("is answered once, with its own results, however many come at once", arguments: StoreKind.allCases)
  func simultaneous(kind: StoreKind) async throws {
    try await kind.with { store in
      let results = await withTaskGroup { group in
        for batch in 0..<32 {
          let reservations = (0..<40).map { place in
            // Of every five, the first of all batches is for the same file.
            let token = Sample.token(place.isMultiple(of: 5) ? ExactString(place) : ExactString("\(batch) \(place)"))
            return UploadReservation.claim(Sample.claim(.direct(token)))
          }
          group.addTask { await store.results(of: StoreBatch(reservations: reservations)) }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(results.allSatisfy { $0.count == 40 })
      #expect(Set(results.joined().compactMap(\.intent)).count == 32 * 32 + 8)
      #expect(results.joined().count { $0.refusal == .inFlight } == 31 * 8)
      for result in results {
        for (place, one) in result.enumerated() where !place.isMultiple(of: 5) { #expect(one.refusal == nil) }
      }
    }
  }

  @Test("is refused as a whole once the store is closed", arguments: StoreKind.allCases)
  func closed(kind: StoreKind) async throws {
    try await kind.with { store in
      await store.close()
      let reservations = [UploadReservation.open(Sample.upload()), .claim(Sample.claim(Self.direct))]
      #expect(await store.results(of: StoreBatch(reservations: reservations)).map(\.refusal) == [.unavailable, .unavailable])
      await store.close()
    }
  }
}

extension StateStore {
  func results(of batch: StoreBatch) async -> [StoreResult<ReservationOutcome>] {
    await withCheckedContinuation { continuation in submit(batch) { continuation.resume(returning: $0) } }
  }
}

extension Result<ReservationOutcome, StateRefusal> {
  var refusal: StateRefusal? { if case .failure(let refusal) = self { refusal } else { nil } }

  /// `nil` if none was opened.
  var intent: IntentID? { if case .success(.reserved(let intent)) = self { intent } else { nil } }
}
