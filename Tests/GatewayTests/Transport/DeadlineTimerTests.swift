import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import Gateway

@Suite("The deadline of something that is awaited") struct DeadlineTimerTests {
  private let loop = EmbeddedEventLoop()
  private let alarms = Alarms()

  private final class Alarms: Sendable {
    private let rung = Mutex(0)
    var ring: @Sendable () -> Void { { self.rung.withLock { $0 += 1 } } }
    var count: Int { rung.withLock { $0 } }
  }

  private static let past = NIODeadline.uptimeNanoseconds(10)
  private static let far = NIODeadline.now() + .hours(1)

  @Test("is late once it has passed")
  func late() {
    var timer = DeadlineTimer()
    timer.start(until: Self.past, on: loop, fire: alarms.ring)
    #expect(alarms.count == 0)
    loop.advanceTime(to: Self.past)
    #expect(alarms.count == 1)
    let isLate = timer.isLate(on: loop, fire: alarms.ring)
    #expect(isLate)
  }

  @Test("is not late where what was awaited came, whose alarm may go off still")
  func inTime() {
    var timer = DeadlineTimer()
    timer.start(until: Self.past, on: loop, fire: alarms.ring)
    timer.stop()
    loop.advanceTime(to: Self.past)
    #expect(alarms.count == 1)
    let isLate = timer.isLate(on: loop, fire: alarms.ring)
    #expect(!isLate)
    // Nothing is awaited: no other alarm is set.
    loop.advanceTime(to: Self.far)
    #expect(alarms.count == 1)
  }

  @Test("may be put off without another alarm, which is set anew when it goes off too early")
  func putOff() {
    var timer = DeadlineTimer()
    timer.start(until: Self.past, on: loop, fire: alarms.ring)
    timer.stop()
    timer.start(until: Self.far, on: loop, fire: alarms.ring)
    loop.advanceTime(to: Self.past)
    #expect(alarms.count == 1)
    let isLate = timer.isLate(on: loop, fire: alarms.ring)
    #expect(!isLate)
    loop.advanceTime(to: Self.far - .nanoseconds(1))
    #expect(alarms.count == 1)
    loop.advanceTime(to: Self.far)
    #expect(alarms.count == 2)
  }

  @Test("may be brought forward, and then has one alarm")
  func broughtForward() {
    var timer = DeadlineTimer()
    timer.start(until: Self.far, on: loop, fire: alarms.ring)
    timer.start(until: Self.past, on: loop, fire: alarms.ring)
    loop.advanceTime(to: Self.past)
    #expect(alarms.count == 1)
    let isLate = timer.isLate(on: loop, fire: alarms.ring)
    #expect(isLate)
    loop.advanceTime(to: Self.far)
    #expect(alarms.count == 1)
  }

  @Test("has an alarm of its own after one that went off")
  func again() {
    var timer = DeadlineTimer()
    timer.start(until: Self.past, on: loop, fire: alarms.ring)
    loop.advanceTime(to: Self.past)
    let isLate = timer.isLate(on: loop, fire: alarms.ring)
    #expect(isLate)
    timer.start(until: Self.far, on: loop, fire: alarms.ring)
    loop.advanceTime(to: Self.far)
    #expect(alarms.count == 2)
  }

  @Test("has no alarm any more once it was cancelled, and can be used again")
  func cancelled() {
    var timer = DeadlineTimer()
    timer.start(until: Self.past, on: loop, fire: alarms.ring)
    timer.cancel()
    loop.advanceTime(to: Self.past)
    #expect(alarms.count == 0)
    let isLate = timer.isLate(on: loop, fire: alarms.ring)
    #expect(!isLate)
    timer.start(until: Self.far, on: loop, fire: alarms.ring)
    loop.advanceTime(to: Self.far)
    #expect(alarms.count == 1)
  }
}
