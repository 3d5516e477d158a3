/// Why an upload could not be kept until it was read whole.
enum SpoolRefusal: Error, Hashable, Sendable {
  /// All running uploads together have reached `spool_total`, or the disk is full.
  case full
  /// The spool directory can't be written or read.
  case unavailable

  enum Code: String, CaseIterable, Sendable {
    case full = "spool.full"
    case unavailable = "spool.unavailable"
  }

  var code: Code {
    switch self {
    case .full: .full
    case .unavailable: .unavailable
    }
  }

  var explanation: String {
    switch self {
    case .full: "the gateway holds as many uploads as it has room for; try again"
    case .unavailable: "the gateway can't store the upload while it reads it; try again"
    }
  }
}
