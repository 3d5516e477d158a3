import Glibc

/// What one thread does with the connection that is its own.
///
/// It belongs to one thread at a time.
final class PostgresWorker {
  /// How often a transaction is tried that the server took back because of another one.
  private static let attempts = 4

  private let place: Int
  private var session: PostgresSession?

  init(place: Int) { self.place = place }

  /// Works until there is nothing to do for it.
  func serve(_ pool: PostgresPool) {
    while true {
      // One that the server has ended meanwhile is closed before a request is lost with it.
      if let session, !session.isUsable { lose(pool, inSilence: false) }
      switch pool.next(for: place) {
      case .rest: return
      case .connect(let instant):
        sleep(until: instant)
        connect(pool)
      case .perform(let work): perform(work, pool)
      }
    }
  }

  func disconnect() { session = nil }

  private func sleep(until instant: ContinuousClock.Instant) {
    let left = ContinuousClock.now.duration(to: instant).milliseconds
    if left > 0 { usleep(UInt32(clamping: left * 1000)) }
  }

  private func connect(_ pool: PostgresPool) {
    session = nil
    do throws(PostgresFailure) {
      session = try pool.openSession()
      pool.connected(place)
    } catch {
      pool.failedToConnect(place, error)
    }
  }

  private func perform(_ work: PostgresQueue.Work, _ pool: PostgresPool) {
    do throws(PostgresFailure) {
      guard let session else { throw .ended(nil) }
      let answer = try retried { () throws(PostgresFailure) in
        switch work {
        case .request(let request): return try request.run(session)
        case .ends(let ends):
          try session.end(ends)
          return {}
        case .voids(let intents):
          try session.void(intents)
          return {}
        }
      }
      pool.finished(work)
      answer()
    } catch {
      if error.endsConnection { lose(pool, inSilence: error == .timedOut) }
      pool.failed(work, error)
    }
  }

  private func retried<Value>(_ transaction: () throws(PostgresFailure) -> Value) throws(PostgresFailure) -> Value {
    for _ in 1..<Self.attempts {
      do throws(PostgresFailure) { return try transaction() } catch {
        guard case .statement(let state) = error, state.isWorthRetrying else { throw error }
      }
    }
    return try transaction()
  }

  private func lose(_ pool: PostgresPool, inSilence: Bool) {
    session = nil
    pool.lost(place, inSilence: inSilence)
  }
}
