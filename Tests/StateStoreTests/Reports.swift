import Synchronization

@testable import StateStore

/// What a store reported of itself.
final class Reports<Failure: Error & Hashable & Sendable>: Sendable {
  private let list = Mutex<[StoreCondition<Failure>]>([])
  var all: [StoreCondition<Failure>] { list.withLock { $0 } }
  func add(_ condition: StoreCondition<Failure>) { list.withLock { $0.append(condition) } }
}
