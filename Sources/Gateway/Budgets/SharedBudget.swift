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

  /// All that is held of one share.
  fileprivate struct Account {
    let share: Share
    var units: Int64 = 0
    var holders = 1
  }

  fileprivate struct Holder {
    /// The number of its share's account.
    var account: Int
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
    var accounts = Slots<Account>()
    var accountNumbers: [Share: Int] = [:]
    var holders = Slots<Holder>()
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
    return Reservation(self, state.withLock { $0.holders.insert(Holder(account: $0.enter(share), since: since)) })
  }

  // MARK: For reservations

  fileprivate func grow(_ number: Int, by units: Int64) throws(Shortage) {
    let result: Result<(@Sendable () -> Void)?, Shortage> = state.withLock { state in
      do throws(Shortage) {
        let displaced = try state.makeRoom(for: number, units, now: now)
        state.add(units, to: number)
        return .success(displaced)
      } catch {
        return .failure(error)
      }
    }
    try result.get()?()
  }

  fileprivate func shrink(_ number: Int, by units: Int64) { state.withLock { $0.add(-units, to: number) } }

  /// Moves what is held to another share, if that has room for it.
  fileprivate func move(_ number: Int, to share: Share) throws(Shortage) {
    try state.withLock { state in
      guard let holder = state.holders[number], !holder.isDisplaced else { return Result<Void, Shortage>.failure(.displaced) }
      guard state.accounts[holder.account]?.share != share else { return .success(()) }
      let account = state.enter(share)
      guard holder.units <= state.limits.limit(of: share) - state.units(of: account) else {
        state.leave(account)
        return .failure(.share(share))
      }
      state.add(-holder.units, to: number)
      state.leave(holder.account)
      state.holders.change(number) { $0?.account = account }
      state.add(holder.units, to: number)
      return .success(())
    }.get()
  }

  fileprivate func setGiveWay(_ number: Int, _ action: (@Sendable () -> Void)?) {
    // What the replaced action held may hold a reservation itself: it goes outside the lock.
    let (isLate, replaced) = state.withLock { state in
      var (isLate, replaced): (Bool, (@Sendable () -> Void)?) = (false, nil)
      state.holders.change(number) { holder in
        (isLate, replaced) = (holder?.isDisplaced == true, holder?.giveWay)
        holder?.giveWay = action
      }
      return (isLate, replaced)
    }
    withExtendedLifetime(replaced) {}
    if isLate { action?() }
  }

  fileprivate func remove(_ number: Int) {
    // What its action held may hold a reservation itself: it goes outside the lock.
    let removed = state.withLock { state in
      if let holder = state.holders[number] {
        state.add(-holder.units, to: number)
        state.leave(holder.account)
      }
      return state.holders.remove(number)
    }
    withExtendedLifetime(removed) {}
  }
}

extension SharedBudget.State {
  /// The number of a share's account, which has one more holder from now on.
  fileprivate mutating func enter(_ share: SharedBudget.Share) -> Int {
    if let number = accountNumbers[share] {
      accounts.change(number) { $0?.holders += 1 }
      return number
    }
    let number = accounts.insert(SharedBudget.Account(share: share))
    accountNumbers[share] = number
    return number
  }

  /// An account without holders is forgotten.
  fileprivate mutating func leave(_ number: Int) {
    accounts.change(number) { $0?.holders -= 1 }
    guard let account = accounts[number], account.holders == 0 else { return }
    accountNumbers[account.share] = nil
    _ = accounts.remove(number)
  }

  fileprivate func units(of account: Int) -> Int64 { accounts[account]?.units ?? 0 }

  /// Finds room for more units of a holder. Returns what ends the holder that has to give way for it, if one must.
  fileprivate mutating func makeRoom(
    for number: Int, _ units: Int64, now: () -> NIODeadline
  ) throws(SharedBudget.Shortage) -> (@Sendable () -> Void)? {
    guard let holder = holders[number], !holder.isDisplaced, let account = accounts[holder.account] else { throw .displaced }
    if units > limits.limit(of: account.share) - account.units {
      guard let victim = displaceable(by: holder, units, within: holder.account, at: now()) else { throw .share(account.share) }
      return displace(victim)
    }
    if units > limits.total - used {
      guard let victim = displaceable(by: holder, units, within: nil, at: now()) else { throw .total }
      return displace(victim)
    }
    return nil
  }

  /// The oldest slow holder, older than the one that needs room, that holds enough and no less than the others do on average.
  private func displaceable(by needy: SharedBudget.Holder, _ units: Int64, within account: Int?, at now: NIODeadline) -> Int? {
    let candidates = holders.all.filter { (account == nil || $0.element.account == account) && $0.element.units > 0 }
    let (sum, count) = candidates.reduce((Int64(0), Int64(0))) { ($0.0 + $1.element.units, $0.1 + 1) }
    let least = max(units, sum / max(1, count))
    return candidates.filter { _, holder in
      holder.giveWay != nil && !holder.isDisplaced && holder.units >= least && holder.since < needy.since
        && Double(holder.units) < slowness * Double((now - holder.since).nanoseconds) / 1e9
    }.min { $0.element.since < $1.element.since }?.number
  }

  private mutating func displace(_ number: Int) -> (@Sendable () -> Void)? {
    guard let holder = holders[number] else { return nil }
    add(-holder.units, to: number)
    holders.change(number) { $0?.isDisplaced = true }
    return holder.giveWay
  }

  fileprivate mutating func add(_ units: Int64, to number: Int) {
    guard let holder = holders[number], !holder.isDisplaced else { return }
    holders.change(number) { $0?.units += units }
    accounts.change(holder.account) { $0?.units += units }
    used += units
  }
}

/// What one request holds of a budget. It is given back with the last reference to it.
final class Reservation: Sendable {
  private let budget: SharedBudget
  private let number: Int

  fileprivate init(_ budget: SharedBudget, _ number: Int) {
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
