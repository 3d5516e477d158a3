import RegistryProtocols

/// The gateway itself can't serve the request at this moment.
enum GatewayRefusal: ExplainedRefusal, Hashable, Sendable {
  /// The audit log can't be written, so that nothing may be published.
  case auditUnavailable
  /// As many connections as `connections` allows are open.
  case overloaded
  /// Another publisher would grant the upload now than the one that was entered into the store.
  case configurationChanged

  enum Code: String, CaseIterable, Sendable {
    case auditUnavailable = "audit.unavailable"
    case overloaded = "gateway.overloaded"
    case configurationChanged = "gateway.configuration-changed"
  }

  var facts: RefusalFacts<Code> {
    switch self {
    case .auditUnavailable:
      .init(.auditUnavailable, 503, "the gateway can't write its audit log, without which it publishes nothing; try again")
    case .overloaded: .init(.overloaded, 503, "the gateway serves as many connections as it may; try again")
    case .configurationChanged:
      .init(.configurationChanged, 503, "the gateway's configuration changed during this upload; try again")
    }
  }
}
