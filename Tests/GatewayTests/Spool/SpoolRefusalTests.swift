import RegistryProtocols
import Testing

@testable import Gateway

@Suite("A spool without room") struct SpoolRefusalTests {
  @Test(
    "tells what has no room",
    arguments: [
      (.full(.total), "spool.full", "all publishers together"), (.full(.share(.unverified)), "spool.full", "can't verify"),
      (.diskFull, "spool.full", "disk for uploads is full"), (.unavailable, "spool.unavailable", "can't store"),
    ] as [(SpoolRefusal, String, String)])
  func spool(refusal: SpoolRefusal, code: String, words: String) {
    let facts = refusal.facts
    #expect(facts.code.rawValue == code)
    #expect(facts.status == 503)
    #expect(facts.explanation.contains(words))
  }
}
