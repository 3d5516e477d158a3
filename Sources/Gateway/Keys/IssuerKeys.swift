import Observability
import StrictParsers
import Synchronization
import TokenVerification

/// The keys of one issuer: fetched before they are needed, kept while the issuer can't be reached, but not for ever.
///
/// The current set is read without waiting. Only an unknown `kid` waits, for the one refresh that all such waiters share.
actor IssuerKeys {
  /// Seconds between refreshes where the answer says nothing about it, and the bounds of what it may say.
  static let usualInterval: Int64 = 15 * 60
  static let intervals: ClosedRange<Int64> = 5 * 60...60 * 60
  /// Seconds for which one unknown `kid` is not looked for again.
  static let unknownMemory: Int64 = 120
  /// Seconds past the refresh that did not succeed for which the old keys are still trusted.
  static let staleLimit: Int64 = 60 * 60
  private static let unknownLimit = 256

  private struct Snapshot: Sendable {
    let keys: KeySet
    let refreshAt: UnixTime
    var staleAt: UnixTime { refreshAt.advanced(by: staleLimit) }
  }

  private struct Known: Sendable {
    var snapshot: Snapshot?
    /// How the last attempt ended; `nil` before the first did.
    var didRefresh: Bool?
    /// Why it failed.
    var failure: KeyFailure?

    func trusted(at now: UnixTime) -> KeySet? { snapshot.flatMap { now < $0.staleAt ? $0.keys : nil } }
  }

  nonisolated let issuer: ExactString
  private let source: KeySource
  private let fetcher: any KeyFetching
  private nonisolated let now: @Sendable () -> UnixTime
  private let deadline: @Sendable () -> ContinuousClock.Instant
  private let record: @Sendable (KeyEvent) -> Void
  private nonisolated let current = Mutex(Known())

  private var running: Task<Void, Never>?
  private var pace: RefreshPace
  private var unknown: [ExactString: UnixTime] = [:]
  private var skipped: [KeySet.SkippedKey] = []

  init(
    issuer: ExactString, source: KeySource, fetcher: any KeyFetching, now: @escaping @Sendable () -> UnixTime,
    deadline: @escaping @Sendable () -> ContinuousClock.Instant = { .now + .seconds(5) },
    pick: @escaping @Sendable (ClosedRange<Int64>) -> Int64 = { .random(in: $0) }, record: @escaping @Sendable (KeyEvent) -> Void
  ) {
    self.issuer = issuer
    self.source = source
    self.fetcher = fetcher
    self.now = now
    self.deadline = deadline
    pace = RefreshPace(pick: pick)
    self.record = record
  }

  // MARK: - For a token

  /// The set that is trusted now; `nil` before the first was fetched, and when the last has become too old.
  nonisolated var trusted: KeySet? {
    let now = now()
    return current.withLock { $0.trusted(at: now) }
  }

  /// Why the last refresh failed; `nil` if it did not.
  nonisolated var failure: KeyFailure? { current.withLock { $0.failure } }

  /// As `/ready` shows it.
  nonisolated var state: Readiness.KeyState {
    let hasKeys = trusted != nil
    return switch current.withLock({ $0.didRefresh }) {
    case nil: .unused
    case true?: hasKeys ? .fresh : .missing
    case false?: hasKeys ? .stale : .missing
    }
  }

  /// A set to verify a token with that names this key, at once where the key is known. The set lacks the key if the issuer does not publish it.
  nonisolated func keys(for id: ExactString) async throws(TokenRefusal) -> KeySet {
    if let keys = trusted, keys.contains(id) { return keys }
    await search(for: id)
    guard let keys = settled(for: id) else { throw .keysUnavailable(retryAfter: await secondsToNextAttempt) }
    return keys
  }

  /// The trusted set if it settles whether the issuer has this key: where the last refresh failed, an older set can't say that it has not.
  private nonisolated func settled(for id: ExactString) -> KeySet? {
    let now = now()
    return current.withLock { known in
      known.trusted(at: now).flatMap { known.didRefresh == true || $0.contains(id) ? $0 : nil }
    }
  }

  private func search(for id: ExactString) async {
    if running == nil {
      let now = now()
      guard pace.mayAttempt(at: now) else { return }
      if settled(for: id) != nil, let until = unknown[id], now < until { return }
    }
    await refresh()
    guard let keys = settled(for: id), !keys.contains(id) else { return }
    // A flood of invented ids must not take memory, and forgetting one costs no more than the cool-down allows.
    if unknown.count >= Self.unknownLimit { unknown.removeAll(keepingCapacity: true) }
    unknown[id] = now().advanced(by: Self.unknownMemory)
  }

  private var secondsToNextAttempt: Int { pace.secondsToNextAttempt(at: now()) }

  // MARK: - Refreshing

  /// Fetches the keys at once, or waits for the refresh that is already under way.
  func refresh() async {
    if let running { return await running.value }
    pace.start(at: now())
    let task = Task { await load() }
    running = task
    await task.value
  }

  func refreshIfDue() async {
    let now = now()
    guard isDue(at: now), pace.mayAttempt(at: now) else { return }
    await refresh()
  }

  /// A refresh that is farther off than any may be set means that the clock was set back. One that failed is due at once.
  private func isDue(at now: UnixTime) -> Bool {
    let known = current.withLock { $0 }
    guard known.didRefresh == true, let next = known.snapshot?.refreshAt else { return true }
    return now >= next || next > now.advanced(by: Self.intervals.upperBound)
  }

  private func load() async {
    defer { running = nil }
    do throws(KeyFailure) {
      let document = try await source.load(issuer: issuer, through: fetcher, until: deadline())
      accept(try Self.parse(document.body), for: document.maxAge)
    } catch {
      pace.fail(at: now())
      let keptUntil = current.withLock { known in
        known.didRefresh = false
        known.failure = error
        return known.snapshot?.staleAt
      }
      record(.refreshFailed(issuer: issuer, error, keptUntil: keptUntil))
    }
  }

  private func accept(_ keys: KeySet, for maxAge: Int64?) {
    let interval = min(max(maxAge ?? Self.usualInterval, Self.intervals.lowerBound), Self.intervals.upperBound)
    let next = now().advanced(by: interval)
    current.withLock { $0 = Known(snapshot: Snapshot(keys: keys, refreshAt: next), didRefresh: true) }
    pace.succeed()
    record(.refreshed(issuer: issuer, ids: keys.usableIDs, next: next))
    if keys.skipped != skipped, !keys.skipped.isEmpty { record(.skipped(issuer: issuer, keys.skipped)) }
    skipped = keys.skipped
  }

  private static func parse(_ bytes: [UInt8]) throws(KeyFailure) -> KeySet {
    do { return try KeySet(jwks: bytes) } catch { throw .keys(error) }
  }
}
