import Configuration
import NIOCore
import PublisherPolicy
import Synchronization

/// A bounded amount of something that all requests share: bytes in memory, bytes in files, places, connections to a registry.
///
/// Each holder belongs to a share, so that nobody takes everything. If there is no room, what is slow and large gives way to what is younger: an
/// upload that comes drop by drop does not keep others out.
final class SharedBudget: Sendable {
  /// On whose account something is held.
  enum Share: Hashable, Sendable {
    /// Requests whose credential was not verified, or is not ours to verify: all of them together.
    case unverified
    case publisher(PublisherID)
  }

  struct Limits: Hashable, Sendable {
    let total: Int64
    /// Of one publisher.
    let publisher: Int64
    let unverified: Int64

    func limit(of share: Share) -> Int64 {
      switch share {
      case .unverified: min(unverified, total)
      case .publisher: min(publisher, total)
      }
    }
  }

  /// Why there is no room.
  enum Shortage: Error, Hashable, Sendable {
    case total
    case share(Share)
    /// It was held and had to be given up for somebody else.
    case displaced
  }

  fileprivate struct Holder {
    var share: Share
    var units: Int64 = 0
    let since: NIODeadline
    /// Ends the holder's request; `nil` while it can't be ended.
    var giveWay: (@Sendable () -> Void)?
    var isDisplaced = false
  }

  fileprivate struct State {
    var limits: Limits
    let slowness: Double
    var used: Int64 = 0
    var shares: [Share: Int64] = [:]
    var holders: [UInt64: Holder] = [:]
    var nextNumber: UInt64 = 0
  }

  private let state: Mutex<State>
  private let now: @Sendable () -> NIODeadline

  /// - Parameter slowness: Units a second. A holder that took less on average may have to give way.
  init(_ limits: Limits, slowness: Double, now: @escaping @Sendable () -> NIODeadline = { .now() }) {
    state = Mutex(State(limits: limits, slowness: slowness))
    self.now = now
  }

  var used: Int64 { state.withLock { $0.used } }
  var limit: Int64 { state.withLock { $0.limits.total } }

  /// Puts other limits in force. What is held already stays.
  func adopt(_ limits: Limits) { state.withLock { $0.limits = limits } }

  /// A holder of nothing yet, which gives everything back when it is deinitialised.
  func reservation(for share: Share) -> Reservation {
    let since = now()
    let number = state.withLock { state in
      defer { state.nextNumber += 1 }
      state.holders[state.nextNumber] = Holder(share: share, since: since)
      return state.nextNumber
    }
    return Reservation(self, number)
  }

  // MARK: For reservations

  fileprivate func grow(_ number: UInt64, by units: Int64) throws(Shortage) {
    let result: Result<(@Sendable () -> Void)?, Shortage> = state.withLock { state in
      guard let holder = state.holders[number], !holder.isDisplaced else { return .failure(.displaced) }
      do throws(Shortage) {
        let displaced = try state.makeRoom(for: holder, units, now: now)
        state.add(units, to: number)
        return .success(displaced)
      } catch {
        return .failure(error)
      }
    }
    try result.get()?()
  }

  fileprivate func shrink(_ number: UInt64, by units: Int64) { state.withLock { $0.add(-units, to: number) } }

  /// Moves what is held to another share, if that has room for it.
  fileprivate func move(_ number: UInt64, to share: Share) throws(Shortage) {
    try state.withLock { state in
      guard let holder = state.holders[number], !holder.isDisplaced else { return Result<Void, Shortage>.failure(.displaced) }
      guard holder.share != share else { return .success(()) }
      let used = state.shares[share, default: 0]
      guard holder.units <= state.limits.limit(of: share) - used else { return .failure(.share(share)) }
      state.add(-holder.units, to: number)
      state.holders[number]?.share = share
      state.add(holder.units, to: number)
      return .success(())
    }.get()
  }

  fileprivate func setGiveWay(_ number: UInt64, _ action: (@Sendable () -> Void)?) {
    // What the replaced action held may hold a reservation itself: it goes outside the lock.
    let (isLate, replaced) = state.withLock { state in
      let replaced = state.holders[number]?.giveWay
      state.holders[number]?.giveWay = action
      return (state.holders[number]?.isDisplaced == true, replaced)
    }
    withExtendedLifetime(replaced) {}
    if isLate { action?() }
  }

  fileprivate func remove(_ number: UInt64) {
    // What its action held may hold a reservation itself: it goes outside the lock.
    let removed = state.withLock { state in
      if let holder = state.holders[number] { state.add(-holder.units, to: number) }
      return state.holders.removeValue(forKey: number)
    }
    withExtendedLifetime(removed) {}
  }
}

extension SharedBudget.State {
  /// Finds room for more units of a holder. Returns what ends the holder that has to give way for it, if one must.
  fileprivate mutating func makeRoom(
    for holder: SharedBudget.Holder, _ units: Int64, now: () -> NIODeadline
  ) throws(SharedBudget.Shortage) -> (@Sendable () -> Void)? {
    if units > limits.limit(of: holder.share) - shares[holder.share, default: 0] {
      guard let victim = displaceable(by: holder, units, within: holder.share, at: now()) else { throw .share(holder.share) }
      return displace(victim)
    }
    if units > limits.total - used {
      guard let victim = displaceable(by: holder, units, within: nil, at: now()) else { throw .total }
      return displace(victim)
    }
    return nil
  }

  /// The oldest slow holder, older than the one that needs room, that holds enough and no less than the others do on average.
  private func displaceable(
    by needy: SharedBudget.Holder, _ units: Int64, within share: SharedBudget.Share?, at now: NIODeadline
  ) -> UInt64? {
    let candidates = holders.lazy.filter { (share == nil || $0.value.share == share) && $0.value.units > 0 }
    let (sum, count) = candidates.reduce((Int64(0), Int64(0))) { ($0.0 + $1.value.units, $0.1 + 1) }
    let least = max(units, sum / max(1, count))
    return candidates.filter { _, holder in
      holder.giveWay != nil && !holder.isDisplaced && holder.units >= least && holder.since < needy.since
        && Double(holder.units) < slowness * Double((now - holder.since).nanoseconds) / 1e9
    }.min { $0.value.since < $1.value.since }?.key
  }

  private mutating func displace(_ number: UInt64) -> (@Sendable () -> Void)? {
    guard let holder = holders[number] else { return nil }
    add(-holder.units, to: number)
    holders[number]?.isDisplaced = true
    return holder.giveWay
  }

  fileprivate mutating func add(_ units: Int64, to number: UInt64) {
    guard let holder = holders[number], !holder.isDisplaced else { return }
    holders[number]?.units += units
    used += units
    let left = shares[holder.share, default: 0] + units
    shares[holder.share] = left == 0 ? nil : left
  }
}

/// What one request holds of a budget. It is given back with the last reference to it.
final class Reservation: Sendable {
  private let budget: SharedBudget
  private let number: UInt64

  fileprivate init(_ budget: SharedBudget, _ number: UInt64) {
    self.budget = budget
    self.number = number
  }

  deinit { budget.remove(number) }

  /// Takes more. Throws, and takes nothing, if there is no room.
  func grow(by units: Int) throws(SharedBudget.Shortage) { try budget.grow(number, by: Int64(units)) }

  func shrink(by units: Int) { budget.shrink(number, by: Int64(units)) }

  /// Counts what is held on another account from now on.
  func move(to share: SharedBudget.Share) throws(SharedBudget.Shortage) { try budget.move(number, to: share) }

  /// What ends the request so that another one gets the room; `nil` once it must not be ended. Called at most once, on any thread.
  func onGiveWay(_ action: (@Sendable () -> Void)?) { budget.setGiveWay(number, action) }
}
