import RegistryProtocols

/// Why an upload could not be kept until it was read whole.
enum SpoolRefusal: ExplainedRefusal, Hashable, Sendable {
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

  var facts: RefusalFacts<Code> {
    switch self {
    case .full(let shortage): .init(.full, 503, "the gateway holds as many uploads as it has room for: \(shortage.words); try again")
    case .diskFull: .init(.full, 503, "the gateway's disk for uploads is full; try again")
    case .unavailable: .init(.unavailable, 503, "the gateway can't store the upload while it reads it; try again")
    }
  }
}
