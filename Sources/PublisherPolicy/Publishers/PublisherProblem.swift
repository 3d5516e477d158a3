/// What is wrong with a publisher of the configuration, and at which part of it.
package struct PublisherProblem: Hashable, Sendable {
  package enum Part: Hashable, Sendable {
    case id
    case whole
    case pin
    /// A condition, by its key.
    case when(String)
    case mayPublish(RegistryName)
  }

  package enum Severity: Hashable, Sendable {
    case error
    /// What `check --strict` makes an error.
    case warning
  }

  package let part: Part
  package let severity: Severity
  package let message: String
  package let suggestion: String?

  init(_ part: Part, _ severity: Severity, _ message: String, suggestion: String? = nil) {
    self.part = part
    self.severity = severity
    self.message = message
    self.suggestion = suggestion
  }
}
