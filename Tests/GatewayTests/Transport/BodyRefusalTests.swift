import PublisherPolicy
import RegistryProtocols
import StrictParsers
import Testing

@testable import Gateway

@Suite("A body that is not read to its end") struct BodyRefusalTests {
  @Test(
    "has a code and a status, and says whether it is the gateway that lacks room",
    arguments: [
      (.tooLarge, "body.too-large", 413, false), (.tooSlow, "body.too-slow", 408, false), (.timedOut, "body.timed-out", 408, false),
      (.incomplete, "body.incomplete", 400, false), (.displaced, "body.displaced", 503, true),
      (.noMemory(.total), "memory.full", 503, true), (.noMemory(.share(.unverified)), "memory.full", 503, true),
      (.noMemory(.displaced), "body.displaced", 503, true), (.malformed(.malformedChunkSize), "body.malformed", 400, false),
    ] as [(BodyRefusal, String, Int, Bool)])
  func facts(refusal: BodyRefusal, code: String, status: Int, isShortage: Bool) {
    let facts = refusal.facts
    #expect(facts.code.rawValue == code)
    #expect(facts.status == status)
    #expect(refusal.isShortage == isShortage)
  }

  @Test("says which share is full, or which framing is wrong")
  func words() {
    #expect(BodyRefusal.noMemory(.total).facts.explanation.contains("all publishers together"))
    #expect(BodyRefusal.noMemory(.share(.publisher(PublisherID("acme")))).facts.explanation.contains("the publisher acme"))
    #expect(BodyRefusal.noMemory(.share(.unverified)).facts.explanation.contains("can't verify"))
    #expect(SharedBudget.Shortage.displaced.words.contains("younger request"))
    #expect(BodyRefusal.malformed(.forbiddenTrailer).facts.explanation == HTTPRefusal.forbiddenTrailer.explanation)
  }
}
