import PublisherPolicy
import Testing

@testable import StateStore

@Suite("A refusal of the store") struct StateRefusalTests {
  private static let all: [StateRefusal] = [
    .replayed, .otherVersion, .otherBytes, .inFlight, .alreadySent, .ended, .unavailable, .reserved, .packageTaken(PublisherID("other")),
    .frozen(Freeze(scope: .everything, why: "an incident", since: Sample.now)),
  ]

  @Test("has a code and a sentence of its own") func codes() {
    #expect(Set(Self.all.map(\.code)).count == StateRefusal.Code.allCases.count)
    #expect(Set(Self.all.map(\.explanation)).count == StateRefusal.Code.allCases.count)
  }
}
