import RegistryProtocols
import Testing

@testable import RegistryClient

@Suite("A registry that fails") struct UpstreamFailureTests {
  @Test(
    "has a code and a status",
    arguments: [
      (.unreachable, "unreachable", 502), (.busy, "busy", 503), (.timedOut, "timed-out", 504), (.closed, "closed", 502),
      (.malformedAnswer, "malformed-answer", 502), (.answerTooLarge, "answer-too-large", 502), (.earlySuccess, "early-success", 502),
      (.uploadsElsewhere, "uploads-elsewhere", 502), (.uploadNotTaken, "upload-not-taken", 404),
      (.encodedAnswer, "encoded-answer", 502), (.credentialEchoed, "credential-echoed", 502),
      (.credentialRefused, "credential-refused", 502),
      (.redirected, "redirected", 502), (.noToken(status: 500), "no-token", 502), (.foreignTokenService, "foreign-token-service", 502),
      (.credentialUnreadable, "credential-unreadable", 503), (.conflict(status: 409), "conflict", 409),
      (.conflict(status: 400), "conflict", 400), (.refused(status: 422), "refused", 422),
    ] as [(UpstreamFailure, String, Int)])
  func facts(failure: UpstreamFailure, code: String, status: Int) {
    let facts = failure.facts
    #expect(facts.code.rawValue == "upstream.\(code)")
    #expect(facts.status == status)
    #expect(!facts.explanation.isEmpty)
  }
}
