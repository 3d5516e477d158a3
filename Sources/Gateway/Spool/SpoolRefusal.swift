/// Why an upload could not be kept until it was read whole.
enum SpoolRefusal: Error, Hashable, Sendable {
  /// The running uploads have reached a limit.
  case full(SharedBudget.Shortage)
  /// The disk is full.
  case diskFull
  /// The spool directory can't be written or read.
  case unavailable

  enum Code: String, CaseIterable, Sendable {
    case full = "spool.full"
    case unavailable = "spool.unavailable"
  }

  var code: Code {
    switch self {
    case .full, .diskFull: .full
    case .unavailable: .unavailable
    }
  }

  var explanation: String {
    switch self {
    case .full(let shortage): "the gateway holds as many uploads as it has room for: \(shortage.words); try again"
    case .diskFull: "the gateway's disk for uploads is full; try again"
    case .unavailable: "the gateway can't store the upload while it reads it; try again"
    }
  }
}
