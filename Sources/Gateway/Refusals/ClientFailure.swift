import RegistryProtocols

/// How the client failed while the registry was waited for.
enum ClientFailure: ExplainedRefusal, Hashable, Sendable {
  /// It ended its connection. The registry may have taken the upload.
  case gone

  enum Code: String, CaseIterable, Sendable {
    case gone = "client.gone"
  }

  var facts: RefusalFacts<Code> {
    switch self {
    case .gone:
      .init(.gone, 400, "the client ended its connection before the registry had answered; the registry may have taken the upload")
    }
  }
}
