package import PublisherPolicy
package import RegistryProtocols

/// The value of a metric's label.
///
/// It is empty where it does not apply. It comes from the configuration or from a closed set, never from what a stranger sent, so that nobody can make series without end.
package struct MetricLabel: Hashable, Sendable {
  let text: String

  package init(_ registry: RegistryName?) { text = registry?.description ?? "" }

  package init(_ issuer: IssuerName) { text = issuer.description }

  package init(_ publisher: PublisherID) { text = publisher.description }

  package init(_ reason: ReasonCode?) { text = reason?.description ?? "" }

  /// A registry's `protocol`, as the configuration names it.
  package init(_ ecosystem: Ecosystem?) { text = ecosystem?.name ?? "" }

  package init<Case: RawRepresentable<String> & CaseIterable & Sendable>(_ value: Case) { text = value.rawValue }
}

/// The first digit of a registry's answer.
package enum StatusClass: String, CaseIterable, Sendable {
  case informational = "1xx"
  case success = "2xx"
  case redirection = "3xx"
  case clientError = "4xx"
  case serverError = "5xx"
  case other

  package init(status: Int) {
    switch status {
    case 100..<200: self = .informational
    case 200..<300: self = .success
    case 300..<400: self = .redirection
    case 400..<500: self = .clientError
    case 500..<600: self = .serverError
    default: self = .other
    }
  }
}
