import Synchronization

/// A door that can be held shut, and tells when somebody stands before it.
final class Gate: Sendable {
  private typealias Waiting = CheckedContinuation<Void, Never>

  private struct State {
    var isOpen = true
    var visitors: [Waiting] = []
    var watchers: [Waiting] = []
  }

  private let state = Mutex(State())

  func close() { state.withLock { $0.isOpen = false } }

  func open() {
    let visitors = state.withLock { state in
      defer { state.visitors = [] }
      state.isOpen = true
      return state.visitors
    }
    for visitor in visitors { visitor.resume() }
  }

  func pass() async {
    await withCheckedContinuation { (visitor: Waiting) in
      let ready = state.withLock { (state: inout State) -> [Waiting] in
        guard !state.isOpen else { return [visitor] }
        state.visitors.append(visitor)
        defer { state.watchers = [] }
        return state.watchers
      }
      for continuation in ready { continuation.resume() }
    }
  }

  func hasVisitor() async {
    await withCheckedContinuation { (watcher: Waiting) in
      let isThere = state.withLock { state in
        if state.visitors.isEmpty { state.watchers.append(watcher) }
        return !state.visitors.isEmpty
      }
      if isThere { watcher.resume() }
    }
  }
}
