import NIOCore
import PublisherPolicy
import Synchronization
import Testing

@testable import Gateway

@Suite("A shared budget") struct SharedBudgetTests {
  private static let first = SharedBudget.Share.publisher(PublisherID("first"))
  private static let second = SharedBudget.Share.publisher(PublisherID("second"))

  /// A clock that the test sets.
  private final class Clock: Sendable {
    private let seconds = Mutex<Int64>(1)
    func advance(_ by: Int64) { seconds.withLock { $0 += by } }
    var now: @Sendable () -> NIODeadline { { .uptimeNanoseconds(UInt64(self.seconds.withLock { $0 }) * 1_000_000_000) } }
  }

  private let clock = Clock()

  private func budget(total: Int64 = 100, publisher: Int64 = 60, unverified: Int64 = 40) -> SharedBudget {
    SharedBudget(.init(total: total, publisher: publisher, unverified: unverified), slowness: 10, now: clock.now)
  }

  @Test("gives a share no more than its limit, and says which share is full")
  func sharesAreBounded() throws {
    let budget = budget()
    let one = budget.reservation(for: Self.first)
    try one.grow(by: 60)
    #expect(throws: SharedBudget.Shortage.share(Self.first)) { try budget.reservation(for: Self.first).grow(by: 1) }
    let other = budget.reservation(for: Self.second)
    try other.grow(by: 40)
    #expect(throws: SharedBudget.Shortage.total) { try budget.reservation(for: Self.second).grow(by: 1) }
    #expect(budget.used == 100)
  }

  @Test("gets everything back with the last reference to what was taken")
  func everythingComesBack() throws {
    let budget = budget()
    do {
      let one = budget.reservation(for: .unverified)
      try one.grow(by: 30)
      one.shrink(by: 10)
      try one.move(to: Self.first)
      #expect(budget.used == 20)
    }
    #expect(budget.used == 0)
    try budget.reservation(for: Self.first).grow(by: 60)
  }

  @Test("moves what is held only to a share that has room for it")
  func moves() throws {
    let budget = budget()
    let held = budget.reservation(for: Self.first)
    try held.grow(by: 50)
    #expect(throws: SharedBudget.Shortage.share(.unverified)) { try held.move(to: .unverified) }
    try held.move(to: Self.second)
    try budget.reservation(for: Self.first).grow(by: 50)
  }

  @Test(
    "ends what is slow and large in favour of what is younger, and nothing else",
    arguments: [
      // Seconds since the first took 50 units, whether it can be ended, whether it gives way.
      (4, true, false), (6, true, true), (6, false, false),
    ] as [(Int64, Bool, Bool)])
  func slowGivesWay(age: Int64, canBeEnded: Bool, givesWay: Bool) throws {
    let budget = budget()
    let ended = Atomic(false)
    let slow = budget.reservation(for: Self.first)
    if canBeEnded { slow.onGiveWay { ended.store(true, ordering: .relaxed) } }
    try slow.grow(by: 50)
    clock.advance(age)
    let young = budget.reservation(for: Self.second)
    try young.grow(by: 50)
    let younger = budget.reservation(for: .unverified)
    if givesWay { try younger.grow(by: 30) } else { #expect(throws: SharedBudget.Shortage.total) { try younger.grow(by: 30) } }
    let wasEnded = ended.load(ordering: .relaxed)
    #expect(wasEnded == givesWay)
    if givesWay {
      #expect(throws: SharedBudget.Shortage.displaced) { try slow.grow(by: 1) }
      #expect(budget.used == 80)
    }
  }

  @Test("ends a holder that can be ended only after it was displaced")
  func lateEnd() throws {
    let budget = budget()
    let slow = budget.reservation(for: .unverified)
    slow.onGiveWay {}
    try slow.grow(by: 40)
    clock.advance(60)
    try budget.reservation(for: .unverified).grow(by: 40)
    let ended = Atomic(false)
    slow.onGiveWay { ended.store(true, ordering: .relaxed) }
    let wasEnded = ended.load(ordering: .relaxed)
    #expect(wasEnded)
  }

  @Test("goes on where what ends a holder holds the last reference to another one", arguments: [true, false])
  func nested(isReplaced: Bool) throws {
    let budget = budget()
    var inner: Reservation? = budget.reservation(for: .unverified)
    try inner?.grow(by: 10)
    var outer: Reservation? = budget.reservation(for: .unverified)
    outer?.onGiveWay { [inner] in withExtendedLifetime(inner) {} }
    inner = nil
    if isReplaced { outer?.onGiveWay(nil) } else { outer = nil }
    #expect(budget.used == 0)
    withExtendedLifetime(outer) {}
  }
}
