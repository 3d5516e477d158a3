import NIOCore

/// Whether a client sends its body fast enough, judged over the time in which the gateway was waiting for it.
///
/// Only waiting counts, so that a slow registry or disk is not held against the client.
struct BodyPace {
  static let window = TimeAmount.seconds(30)

  private let bytesPerWindow: Int64
  private var waited: Int64 = 0
  private var received: Int64 = 0

  init(bytesPerSecond: Int64) {
    bytesPerWindow = bytesPerSecond.multipliedReportingOverflow(by: Self.window.nanoseconds / 1_000_000_000).partialValue
  }

  /// How much longer the present window may be waited in.
  var patience: TimeAmount { .nanoseconds(max(0, Self.window.nanoseconds - waited)) }

  /// Counts what came after waiting for it. False where a whole window brought too little.
  mutating func record(bytes: Int, after wait: TimeAmount) -> Bool {
    waited += wait.nanoseconds
    received += Int64(bytes)
    guard waited >= Self.window.nanoseconds else { return true }
    defer { (waited, received) = (0, 0) }
    return received >= bytesPerWindow
  }
}
