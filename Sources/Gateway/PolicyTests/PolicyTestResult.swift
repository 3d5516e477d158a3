package import Configuration
import PublisherPolicy
import StrictParsers
import TokenVerification

/// What became of a policy test.
package struct PolicyTestResult: Sendable {
  package let test: PolicyTest
  package let explanation: Explanation

  package var passes: Bool {
    switch test.expected {
    case .grant(let publisher): explanation.decision == .grant && (publisher == nil || publisher == explanation.publisher)
    case .refusal(let code): explanation.decision == .refusal && (code == nil || code == explanation.reason)
    }
  }

  /// For people.
  package var sentence: String { "expected \(expectedWords), got \(gotWords)" }

  private var expectedWords: String {
    switch test.expected {
    case .grant(let publisher): "a grant" + (publisher.map { " to \($0)" } ?? "")
    case .refusal(let code): "a refusal" + (code.map { " (\($0))" } ?? "")
    }
  }

  private var gotWords: String {
    switch explanation.decision {
    case .grant: "a grant" + (explanation.publisher.map { " to \($0)" } ?? "")
    case .refusal: "a refusal" + (explanation.reason.map { " (\($0))" } ?? "") + ": \(explanation.sentence)"
    case .undecided: "no decision: \(explanation.sentence)"
    }
  }
}

extension Explainer {
  /// Runs a test with the code that serves.
  package func run(_ test: PolicyTest) async -> PolicyTestResult {
    let time = test.time ?? now
    let existence = test.packageExists.map { $0 ? Existence.exists : .absent }
    let run = ExplainedRun(self, .claims, test.registry, test.target, existence, at: time)
    if let iss = test.claims["iss"], iss != .string(test.issuer.url) {
      run.refuseUnknownIssuer()
    } else {
      await run.judge(claims: test.claims, issuer: test.issuer, knowing: .given(test.learnt))
    }
    return PolicyTestResult(test: test, explanation: run.explanation)
  }
}
