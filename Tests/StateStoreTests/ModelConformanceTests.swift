import Digests
import PublisherPolicy
import StrictParsers
import TestSupport
import Testing
import TokenVerification

@testable import StateStore

@Suite("A state store, asked at random,") struct ModelConformanceTests {
  /// Few of each, so that they meet.
  private struct Requests {
    var random: SeededRandom
    private var exchanges = 0
    var intents: [IntentID] = []

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    mutating func one<Element>(of elements: [Element]) -> Element { elements[Int.random(in: 0..<elements.count, using: &random)] }

    mutating func token() -> TokenID { Sample.token(one(of: ["one", "two", "three"])) }

    /// Upload tokens are numbered as they were asked for.
    mutating func hash() -> SHA256Digest { Sample.digest("\(Int.random(in: 0...max(exchanges, 1), using: &random))") }

    mutating func subject() -> BindingSubject { one(of: [true, false, false]) ? .direct(token()) : .uploadToken(hash()) }

    mutating func package() -> ExactString { one(of: ["acme-widgets", "acme-gadgets"]) }

    mutating func exchange() -> TokenExchange {
      exchanges += 1
      let rules = [ExchangeRule.oncePerToken, .oncePerPackage(.init(canonical: package())), .repeatable, .repeatable]
      return TokenExchange(
        token: token(), rule: one(of: rules), rememberedUntil: Sample.now.advanced(by: 900), record: Sample.record("\(exchanges)"))
    }

    mutating func reservation() -> UploadReservation {
      let target = Sample.target(one(of: ["a", "b", "c"]), of: one(of: ["1.0", "1.0", "2.0", nil]), package: package())
      let kind = one(of: [ReservationKind.file, .file, .mutable, .mutable, .part])
      let subject = subject()
      return switch one(of: [0, 0, 0, 1, 1, 2]) {
      case 0: .bind(Sample.binding(subject, target, one(of: ["x", "y"]), kind: kind))
      case 1: .claim(Sample.claim(subject, target, kind: kind))
      default: .open(Sample.upload(target, kind: kind))
      }
    }

    mutating func ends() -> [PendingCompletion] {
      (0..<Int.random(in: 0...2, using: &random)).compactMap { _ in
        guard !intents.isEmpty else { return nil }
        let intent = intents.remove(at: Int.random(in: 0..<intents.count, using: &random))
        let outcomes = [IntentOutcome.bound, .released, .streamed(nil), .streamed(Sample.digests("x")), .streamed(Sample.digests("y"))]
        return PendingCompletion(intent: intent, end: one(of: outcomes), success: nil)
      }
    }
  }

  @Test("answers as its model does", arguments: StoreKind.allCases, 1...8 as ClosedRange<UInt64>)
  func model(kind: StoreKind, seed: UInt64) async throws {
    try await kind.with { store in
      var requests = Requests(seed: seed)
      var model = StoreModel()
      for step in 0..<60 {
        switch Int.random(in: 0..<10, using: &requests.random) {
        case 0, 1:
          let exchange = requests.exchange()
          #expect(
            await refusal { () throws(StateRefusal) in try await store.exchange(exchange) } == model.exchange(exchange), "step \(step)")
        case 2:
          let hash = requests.hash()
          let burnt = try await store.burn(hash, at: Sample.now)
          #expect((burnt != nil) == model.burn(hash), "step \(step)")
        default:
          let batch = StoreBatch(
            reservations: (0..<Int.random(in: 1...6, using: &requests.random)).map { _ in requests.reservation() }, ends: requests.ends())
          let results = await store.results(of: batch)
          for end in batch.ends { model.end(end.intent, as: end.end) }
          for (reservation, result) in zip(batch.reservations, results) {
            let expected = model.reserve(reservation, as: result.intent)
            #expect(result.map(\.known) == expected, "step \(step): \(reservation)")
            if let intent = result.intent { requests.intents.append(intent) }
          }
        }
      }
      for token in ["one", "two", "three"] as [ExactString] { try await Self.compare(store, model, .direct(Sample.token(token))) }
      for number in 0..<60 { try await Self.compare(store, model, .uploadToken(Sample.digest("\(number)"))) }
    }
  }

  private static func compare(_ store: any StateStore, _ model: StoreModel, _ subject: BindingSubject) async throws {
    for package in ["acme-widgets", "acme-gadgets"].map({ PublishTarget.Package(canonical: $0) }) {
      let artifacts = try await store.artifacts(of: subject, in: package, of: Sample.target().registry)
      #expect(Set(artifacts.map { [$0.name.text, $0.digests.sha256.hex] }) == model.artifacts(of: subject, in: package))
    }
  }
}

extension ReservationOutcome {
  /// What is known to be bound already.
  fileprivate var known: SHA256Digest? {
    switch self {
    case .reserved: nil
    case .alreadyBound(let digest): digest
    }
  }
}
