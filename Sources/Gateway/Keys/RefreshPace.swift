import StrictParsers
import TokenVerification

/// When an issuer may be asked for its keys again: a minute after an answer, and sooner after a failure, but ever later while it goes on failing.
struct RefreshPace: Sendable {
  /// Seconds between two attempts of which the first succeeded, and the longest pause after a failure.
  static let coolDown: Int64 = 60

  /// Picks a number of seconds, so that many gateways do not ask at the same instant.
  private let pick: @Sendable (ClosedRange<Int64>) -> Int64
  private var lastAttempt: UnixTime?
  private var pause = coolDown
  private var failures: Int64 = 0

  init(pick: @escaping @Sendable (ClosedRange<Int64>) -> Int64) { self.pick = pick }

  mutating func start(at now: UnixTime) { lastAttempt = now }

  mutating func succeed() {
    failures = 0
    pause = Self.coolDown
  }

  /// The pause counts from the end of the attempt, which may have waited for its deadline.
  mutating func fail(at now: UnixTime) {
    let longest = min(1 << min(failures, 6), Self.coolDown)
    failures += 1
    pause = pick((longest + 1) / 2...longest)
    lastAttempt = now
  }

  /// A last attempt in the future means that the clock was set back.
  func mayAttempt(at now: UnixTime) -> Bool {
    guard let lastAttempt, lastAttempt <= now else { return true }
    return now >= lastAttempt.advanced(by: pause)
  }

  /// What a client is told to wait, a second at least.
  func secondsToNextAttempt(at now: UnixTime) -> Int {
    guard let lastAttempt else { return 1 }
    return Int(min(max(1, lastAttempt.seconds + pause - now.seconds), Self.coolDown))
  }
}
