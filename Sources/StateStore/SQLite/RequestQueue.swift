import Glibc

/// What waits for a store's one thread, which sleeps while nothing does.
///
/// A mutex and a condition: a dispatch queue costs twice the time to wake its thread.
@safe final class RequestQueue: Sendable {
  /// Bounds how long the first request of a group waits for the last.
  private static let largestGroup = 512

  /// What the thread does, from the first request on until `next` gives none.
  private let serve: @Sendable (RequestQueue) -> Void
  nonisolated(unsafe) private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  nonisolated(unsafe) private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  // The mutex guards these.
  nonisolated(unsafe) private var waiting: [StoreRequest] = []
  nonisolated(unsafe) private var isServed = false
  nonisolated(unsafe) private var isEnded = false
  nonisolated(unsafe) private var onceServed: [@Sendable () -> Void] = []

  init(_ serve: @escaping @Sendable (RequestQueue) -> Void) {
    self.serve = serve
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(condition, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  private func locked<Value>(_ body: () -> Value) -> Value {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return body()
  }

  /// False if nothing is taken any more, or the system has no thread for it.
  func append(_ request: StoreRequest) -> Bool {
    locked {
      guard unsafe !isEnded else { return false }
      if unsafe !isServed { unsafe isServed = StoreThread.start { [self] in run() } }
      guard unsafe isServed else { return false }
      unsafe waiting.append(request)
      unsafe pthread_cond_signal(condition)
      return true
    }
  }

  /// Takes nothing more, and calls `then` when all that waits was served.
  func end(then: @escaping @Sendable () -> Void) {
    let mustWait = locked {
      unsafe isEnded = true
      guard unsafe isServed else { return false }
      unsafe onceServed.append(then)
      unsafe pthread_cond_signal(condition)
      return true
    }
    if !mustWait { then() }
  }

  /// Waits for the next group; `nil` after the last.
  func next() -> [StoreRequest]? {
    locked {
      while unsafe waiting.isEmpty && !isEnded { unsafe pthread_cond_wait(condition, mutex) }
      var size = 0
      let group = unsafe waiting.prefix { request in
        defer { size += request.size }
        return size < Self.largestGroup
      }
      unsafe waiting.removeFirst(group.count)
      return group.isEmpty ? nil : Array(group)
    }
  }

  private func run() {
    serve(self)
    let then = locked {
      unsafe isServed = false
      defer { unsafe onceServed = [] }
      return unsafe onceServed
    }
    for one in then { one() }
  }
}
