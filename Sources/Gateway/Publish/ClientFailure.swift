/// How the client failed while the registry was waited for.
enum ClientFailure: Error, Hashable, Sendable {
  /// It ended its connection. The registry may have taken the upload.
  case gone

  enum Code: String, CaseIterable, Sendable {
    case gone = "client.gone"
  }

  var code: Code {
    switch self {
    case .gone: .gone
    }
  }

  var explanation: String {
    switch self {
    case .gone: "the client ended its connection before the registry had answered; the registry may have taken the upload"
    }
  }
}
