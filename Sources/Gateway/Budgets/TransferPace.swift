import NIOCore

/// Whether the other side sends or takes bytes fast enough, judged over the time in which the gateway was waiting for it.
///
/// Only waiting counts, so that a slow registry or disk is not held against the client.
struct TransferPace {
  static let usualWindow = TimeAmount.seconds(30)

  private let window: TimeAmount
  private let bytesPerWindow: Int64
  private var waited: Int64 = 0
  private var moved: Int64 = 0

  init(bytesPerSecond: Int64, window: TimeAmount = usualWindow) {
    self.window = window
    let (product, overflow) = bytesPerSecond.multipliedReportingOverflow(by: max(1, window.nanoseconds / 1_000_000_000))
    bytesPerWindow = overflow ? .max : product
  }

  /// How much longer the present window may be waited in.
  var patience: TimeAmount { .nanoseconds(max(0, window.nanoseconds - waited)) }

  /// Counts what moved after waiting for it. False if a whole window brought too little.
  mutating func record(bytes: Int, after wait: TimeAmount) -> Bool {
    waited += wait.nanoseconds
    moved += Int64(bytes)
    guard waited >= window.nanoseconds else { return true }
    defer { (waited, moved) = (0, 0) }
    return moved >= bytesPerWindow
  }
}
