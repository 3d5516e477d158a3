import Glibc

/// What waits for a store's one thread, which sleeps while nothing does.
///
/// A mutex and a condition: a dispatch queue costs twice the time to wake its thread.
@safe final class RequestQueue: Sendable {
  /// Bounds how long the first request of a group waits for the last.
  private static let largestGroup = 512
  /// How long what nobody waits for may wait for a request that somebody waits for, in nanoseconds: a transaction is saved where one comes.
  private static let patience = 20_000_000

  /// What the thread does, from the first request on until `next` gives none.
  private let serve: @Sendable (RequestQueue) -> Void
  nonisolated(unsafe) private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  nonisolated(unsafe) private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  // The mutex guards these.
  nonisolated(unsafe) private var waiting: [StoreRequest] = []
  nonisolated(unsafe) private var isServed = false
  /// Whether the thread will look at what waits by itself.
  nonisolated(unsafe) private var isPatient = false
  nonisolated(unsafe) private var isEnded = false
  nonisolated(unsafe) private var onceServed: [@Sendable () -> Void] = []

  init(_ serve: @escaping @Sendable (RequestQueue) -> Void) {
    self.serve = serve
    unsafe pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    unsafe pthread_condattr_init(&attributes)
    unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    unsafe pthread_cond_init(condition, &attributes)
    unsafe pthread_condattr_destroy(&attributes)
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
      if unsafe !(isPatient && request.mayBeLost) { unsafe pthread_cond_signal(condition) }
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
      waitForCompany()
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

  /// Returns when somebody waits for a request, or what waits has had its time.
  private func waitForCompany() {
    var end = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &end)
    end.tv_nsec += Self.patience
    if end.tv_nsec >= 1_000_000_000 {
      end.tv_sec += 1
      end.tv_nsec -= 1_000_000_000
    }
    unsafe isPatient = true
    defer { unsafe isPatient = false }
    while unsafe !isEnded, unsafe waiting.allSatisfy(\.mayBeLost) {
      guard unsafe pthread_cond_timedwait(condition, mutex, &end) == 0 else { return }
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
