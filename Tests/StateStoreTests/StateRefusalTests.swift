import Testing

@testable import StateStore

@Suite("A refusal of the store") struct StateRefusalTests {
  private static let all: [StateRefusal] = [.replayed, .otherVersion, .otherBytes, .inFlight, .alreadySent, .ended, .unavailable]

  @Test("has a code and a sentence of its own") func codes() {
    #expect(Set(Self.all.map(\.code)).count == StateRefusal.Code.allCases.count)
    #expect(Set(Self.all.map(\.explanation)).count == StateRefusal.Code.allCases.count)
  }
}
