import Synchronization

/// Decides which refusals get a record of their own: those that anybody can cause do so only a few times a second for each source, so that nobody
/// fills the audit log's disk without a credential. The others are gathered.
package final class RefusalGatherer: Sendable {
  private static let mostSources = 1024
  /// Records of one source that come at once, and each second after that.
  private static let ofSource = (burst: 20.0, perSecond: 5.0)
  private static let ofAll = (burst: 200.0, perSecond: 50.0)

  private struct Source {
    var allowance: Allowance
    var gathered: [AuditOutcome.Name: GatheredRefusals] = [:]
  }

  private struct State {
    var sources: [RefusalSource: Source] = [:]
    var allowance: Allowance
  }

  private let state: Mutex<State>
  private let now: @Sendable () -> ContinuousClock.Instant

  package init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
    self.now = now
    state = Mutex(State(allowance: Allowance(burst: Self.ofAll.burst, perSecond: Self.ofAll.perSecond, at: now())))
  }

  /// Counts a refusal. True if it is gathered; false if it is to have a record of its own.
  package func gathers(_ outcome: AuditOutcome.Name, _ reason: ReasonCode, from address: String?, at time: Timestamp) -> Bool {
    let now = now()
    var key = RefusalSource(address: address)
    return state.withLock { state in
      if state.sources[key] == nil, state.sources.count >= Self.mostSources { key = .others }
      var source =
        state.sources[key] ?? Source(allowance: Allowance(burst: Self.ofSource.burst, perSecond: Self.ofSource.perSecond, at: now))
      defer { state.sources[key] = source }
      if source.allowance.take(at: now), state.allowance.take(at: now) { return false }
      source.gathered[outcome, default: GatheredRefusals(of: key, outcome, from: time)].add(reason, at: time)
      return true
    }
  }

  /// What was gathered since the last time. Sources that have been quiet are forgotten.
  package func collect() -> [GatheredRefusals] {
    let now = now()
    return state.withLock { state in
      let gathered = state.sources.values.flatMap(\.gathered.values)
      state.sources = state.sources.compactMapValues { source in
        guard !source.gathered.isEmpty || !source.allowance.isWhole(at: now) else { return nil }
        return Source(allowance: source.allowance)
      }
      return gathered
    }
  }
}

/// So many of something at once, and so many each second after that.
private struct Allowance {
  private let burst: Double
  private let perSecond: Double
  private var left: Double
  private var since: ContinuousClock.Instant

  init(burst: Double, perSecond: Double, at now: ContinuousClock.Instant) {
    self.burst = burst
    self.perSecond = perSecond
    left = burst
    since = now
  }

  /// Takes one; false if there is none.
  mutating func take(at now: ContinuousClock.Instant) -> Bool {
    left = left(at: now)
    since = now
    guard left >= 1 else { return false }
    left -= 1
    return true
  }

  func isWhole(at now: ContinuousClock.Instant) -> Bool { left(at: now) >= burst }

  private func left(at now: ContinuousClock.Instant) -> Double { min(burst, left + perSecond * ((now - since) / .seconds(1))) }
}
