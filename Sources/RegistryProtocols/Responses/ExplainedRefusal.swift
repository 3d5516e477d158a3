/// A refusal whose cases each state what programs and people are told.
package protocol ExplainedRefusal: Error {
  /// Stable words for programs.
  associatedtype Code: RawRepresentable<String> & CaseIterable & Sendable

  var facts: RefusalFacts<Code> { get }
}

/// What one case of a refusal tells.
package struct RefusalFacts<Code: Sendable>: Sendable {
  package let code: Code
  /// The status of the response to an upload.
  package let status: Int
  /// One sentence for the person who published, without a full stop.
  package let explanation: String

  package init(_ code: Code, _ status: Int, _ explanation: String) {
    self.code = code
    self.status = status
    self.explanation = explanation
  }
}

extension ExplainedRefusal {
  package var code: Code { facts.code }
  package var status: Int { facts.status }
  package var explanation: String { facts.explanation }
}
