import Testing
import TokenVerification

@testable import Gateway

@Suite("The pauses between attempts to fetch keys") struct RefreshPaceTests {
  @Test(
    "grow to a minute, and are picked from the upper half",
    arguments: [(true, [1, 2, 4, 8, 16, 32, 60, 60, 60]), (false, [1, 1, 2, 4, 8, 16, 30, 30, 30])] as [(Bool, [Int64])])
  func bounds(areLongest: Bool, pauses: [Int64]) throws {
    var pace = RefreshPace { areLongest ? $0.upperBound : $0.lowerBound }
    var now = try #require(UnixTime(SampleIssuer.start))
    for pause in pauses {
      #expect(pace.mayAttempt(at: now))
      pace.start(at: now)
      now = now.advanced(by: 5)
      pace.fail(at: now)
      #expect(pace.secondsToNextAttempt(at: now) == Int(pause))
      #expect(!pace.mayAttempt(at: now.advanced(by: pause - 1)))
      now = now.advanced(by: pause)
    }
  }

  @Test("are a minute after an answer, and stay bounded in a long outage")
  func answer() throws {
    var pace = RefreshPace { $0.upperBound }
    let now = try #require(UnixTime(SampleIssuer.start))
    for _ in 0..<100_000 { pace.fail(at: now) }
    #expect(pace.secondsToNextAttempt(at: now) == 60)
    pace.start(at: now)
    pace.succeed()
    #expect(!pace.mayAttempt(at: now.advanced(by: 59)) && pace.mayAttempt(at: now.advanced(by: 60)))
    #expect(pace.mayAttempt(at: now.advanced(by: -1)))
  }
}
