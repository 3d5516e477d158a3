import Dispatch
import Synchronization

/// The threads that talk to the server, each with a connection of its own, and what waits for them.
///
/// They are threads of their own: neither an event loop nor a thread of Swift's tasks ever waits for a server.
final class PostgresPool: Sendable {
  /// A queue, which has a thread while there is something to do, and who works on it.
  private final class Thread: Sendable {
    let queue: DispatchQueue
    let worker: Mutex<PostgresWorker>

    init(place: Int) {
      queue = DispatchQueue(label: "state-store-\(place)")
      worker = Mutex(PostgresWorker(place: place))
    }
  }

  private static let tick = DispatchTimeInterval.milliseconds(500)

  private let location: @Sendable () -> PostgresLocation?
  private let user: PostgresSession.User
  private let report: @Sendable (StoreCondition<PostgresFailure>) -> Void
  private let line: Mutex<PostgresQueue>
  private let condition = Mutex(StoreCondition<PostgresFailure>.available)
  /// Which database was used first.
  private let database = Mutex<[UInt8]?>(nil)
  private let lastBeat = Mutex<ContinuousClock.Instant?>(nil)
  private let threads: [Thread]
  private let clock = DispatchQueue(label: "state-store-clock")

  init(
    _ location: @escaping @Sendable () -> PostgresLocation?, for user: PostgresSession.User, connections: Int,
    report: @escaping @Sendable (StoreCondition<PostgresFailure>) -> Void
  ) {
    self.location = location
    self.user = user
    self.report = report
    threads = (0..<connections).map { Thread(place: $0) }
    line = Mutex(PostgresQueue(workers: connections, times: user.times, at: .now))
  }

  // MARK: - What is asked

  func ask(_ request: PostgresRequest) {
    let isFirst = lastBeat.withLock { last in
      defer { last = last ?? .now }
      return last == nil
    }
    if isFirst { scheduleTick() }
    guard let woken = line.withLock({ $0.ask(request, at: .now) }) else { return request.fail() }
    wake(woken)
  }

  func owe(_ ends: [PendingCompletion]) { wake(line.withLock { $0.owe(ends) }) }

  private func wake(_ places: [Int]) {
    for place in places {
      threads[place].queue.async { self.threads[place].worker.withLock { $0.serve(self) } }
    }
  }

  // MARK: - Time

  /// The clock stands still where nobody has the pool any more.
  private func scheduleTick() {
    clock.asyncAfter(deadline: .now() + Self.tick) { [weak self] in
      guard let self, !line.withLock({ $0.isClosed && $0.isEmpty }) else { return }
      tick(at: .now)
      scheduleTick()
    }
  }

  private func tick(at now: ContinuousClock.Instant) {
    let isBeatDue = lastBeat.withLock { last in
      guard let time = last, time.advanced(by: user.times.beat) <= now else { return false }
      last = now
      return true
    }
    if isBeatDue {
      ask(
        PostgresRequest { session throws(PostgresFailure) in
          try session.beat()
          return {}
        } fail: {
        })
    }
    let (late, woken) = line.withLock { $0.tick(at: now) }
    if !late.isEmpty { enter(.unavailable(.timedOut)) }
    for request in late { request.fail() }
    wake(woken)
  }

  // MARK: - What workers tell

  func next(for place: Int) -> PostgresQueue.Step { line.withLock { $0.next(for: place, at: .now) } }

  func openSession() throws(PostgresFailure) -> PostgresSession {
    guard let location = location() else { throw .location }
    let session = try PostgresSession(location, for: user, known: database.withLock { $0 })
    let isSame = database.withLock { known in
      known = known ?? session.database
      return known == session.database
    }
    guard isSame else { throw .replaced }
    return session
  }

  func connected(_ place: Int) {
    enter(.available)
    wake(line.withLock { $0.connected(place, at: .now) })
  }

  func failedToConnect(_ place: Int, _ failure: PostgresFailure) {
    let (refused, isAlone) = line.withLock { ($0.failedToConnect(place, at: .now), !$0.isConnected) }
    if isAlone { enter(.unavailable(failure)) }
    for request in refused { request.fail() }
  }

  func lost(_ place: Int, inSilence: Bool) { line.withLock { $0.lost(place, inSilence: inSilence) } }

  func finished(_ work: PostgresQueue.Work) {
    enter(.available)
    wake(line.withLock { $0.finished(work) })
  }

  func failed(_ work: PostgresQueue.Work, _ failure: PostgresFailure) {
    let refused = line.withLock { $0.failed(work, isWithoutEffect: failure.isWithoutEffect, at: .now) }
    enter(.unavailable(failure))
    for request in refused { request.fail() }
  }

  private func enter(_ next: StoreCondition<PostgresFailure>) {
    condition.withLock { condition in
      guard next != condition else { return }
      condition = next
      report(next)
    }
  }

  // MARK: - The end

  /// Ends all connections once all that waits is done or refused.
  func close() async {
    await withCheckedContinuation { continuation in
      ask(
        PostgresRequest(
          run: { session throws(PostgresFailure) in
            try session.leave()
            return { continuation.resume() }
          }, fail: { continuation.resume() }, isLast: true))
    }
    for thread in threads { thread.queue.async { thread.worker.withLock { $0.disconnect() } } }
  }
}
