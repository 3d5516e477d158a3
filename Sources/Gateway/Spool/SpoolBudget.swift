import Synchronization

/// The bytes that all spooled uploads may take together.
final class SpoolBudget: Sendable {
  private let used = Mutex<Int64>(0)

  var bytesInUse: Int64 { used.withLock { $0 } }

  /// False where `limit` would be passed; nothing is reserved then.
  func reserve(_ bytes: Int64, limit: Int64) -> Bool {
    used.withLock { used in
      guard bytes <= limit - used else { return false }
      used += bytes
      return true
    }
  }

  func release(_ bytes: Int64) { used.withLock { $0 -= bytes } }
}

/// One upload's share of the budget, given back with the upload.
final class SpoolReservation: Sendable {
  private let budget: SpoolBudget
  private let limit: Int64
  private let reserved = Mutex<Int64>(0)

  init(_ budget: SpoolBudget, limit: Int64) {
    self.budget = budget
    self.limit = limit
  }

  deinit { budget.release(reserved.withLock { $0 }) }

  /// False where the budget would be passed.
  func grow(by bytes: Int64) -> Bool {
    guard budget.reserve(bytes, limit: limit) else { return false }
    reserved.withLock { $0 += bytes }
    return true
  }
}
