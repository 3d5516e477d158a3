import StrictParsers
import Synchronization
import TestSupport
import Testing

@testable import Observability

@Suite("The gatherer of refusals") struct RefusalGathererTests {
  private enum Code: String, CaseIterable { case malformed = "token.malformed", unknown = "token.unknown-key" }

  /// A clock that the test moves.
  private final class Clock: Sendable {
    private let moment = Mutex(ContinuousClock.now)
    var now: ContinuousClock.Instant { moment.withLock { $0 } }
    func advance(_ time: Duration) { moment.withLock { $0 = $0 + time } }
  }

  private static let time = ObservabilitySample.time
  private let clock = Clock()
  private let gatherer: RefusalGatherer

  init() {
    gatherer = RefusalGatherer { [clock] in clock.now }
  }

  private func gathered(_ count: Int, from address: String?, _ code: Code = .malformed, at time: Timestamp = time) -> Int {
    (0..<count).count { _ in gatherer.gathers(.refused, ReasonCode(code), from: address, at: time) }
  }

  @Test("leaves a few a second to each source, and gathers what is more")
  func oneSource() {
    #expect(gathered(1000, from: "192.0.2.1") == 980)
    #expect(gathered(10, from: "192.0.2.2") == 0)
    clock.advance(.seconds(1))
    #expect(gathered(1000, from: "192.0.2.1") == 995)
    #expect(gatherer.collect().map(\.count) == [1975])
    #expect(gatherer.collect().isEmpty)
  }

  @Test("takes a network of IPv6 for one source, and an IPv4 address for the same in both forms")
  func sources() {
    #expect((0..<100).count { gatherer.gathers(.refused, ReasonCode(Code.malformed), from: "2001:db8:0:1::\($0)", at: Self.time) } == 80)
    #expect(gathered(10, from: "2001:db8:0:2::1") == 0)
    #expect(gathered(20, from: "192.0.2.1") == 0)
    #expect(gathered(1, from: "::ffff:192.0.2.1") == 1)
    #expect(gathered(30, from: nil) == 10)
    #expect(
      Set(gatherer.collect().map(\.source.text)) == ["2001:db8:0:1::/64", "192.0.2.1", nil])
  }

  @Test("bounds the records of all sources together, and the sources that it tells apart")
  func manySources() {
    let own = (0..<5000).count { gathered(1, from: "198.51.\($0 / 250).\($0 % 250)") == 0 }
    #expect(own == 200)
    let all = gatherer.collect()
    #expect(all.count == 1025 - 200)
    #expect(all.reduce(0) { $0 + $1.count } == 4800)
    // Those that have been quiet are forgotten.
    clock.advance(.seconds(60))
    #expect(gatherer.collect().isEmpty)
    #expect(gathered(1, from: "203.0.113.1") == 0)
  }

  @Test("keeps apart what was refused, what failed and what was given up")
  func outcomes() {
    #expect(gathered(20, from: "192.0.2.1") == 0)
    for (outcome, count) in [(AuditOutcome.Name.refused, 1), (.failed, 2), (.aborted, 3)] {
      for _ in 0..<count { #expect(gatherer.gathers(outcome, ReasonCode(Code.malformed), from: "192.0.2.1", at: Self.time)) }
    }
    #expect(Set(gatherer.collect().map { "\($0.outcome) \($0.count)" }) == ["refused 1", "failed 2", "aborted 3"])
  }

  @Test("says in one line how many there were, when and why")
  func line() {
    #expect(gathered(20, from: "192.0.2.1") == 0)
    #expect(gathered(2, from: "192.0.2.1", .unknown, at: Timestamp(milliseconds: 2000)) == 2)
    #expect(gathered(3, from: "192.0.2.1", at: Timestamp(milliseconds: 3000)) == 3)
    #expect(
      gatherer.collect().map { String(decoding: $0.line(at: Timestamp(milliseconds: 5000)), as: UTF8.self) } == [
        #"{"time":"1970-01-01T00:00:05.000Z","level":"notice","event":"refusals","granted":false,"outcome":"refused","count":5,"#
          + #""first":"1970-01-01T00:00:02.000Z","last":"1970-01-01T00:00:03.000Z","#
          + #""reasons":{"token.malformed":3,"token.unknown-key":2},"client.address":"192.0.2.1"}"# + "\n"
      ])
  }
}
