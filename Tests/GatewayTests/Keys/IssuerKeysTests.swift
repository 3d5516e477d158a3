import Observability
import StrictParsers
import Testing
import TokenVerification

@testable import Gateway

@Suite("The keys of an issuer") struct IssuerKeysTests {
  /// The ids of the set that a token which names this key is verified with, or for how long its job should wait.
  enum Found: Hashable, Sendable { case keys([ExactString]), unavailable(retryAfter: Int), refused }

  private static func find(_ id: ExactString, in keys: IssuerKeys) async -> Found {
    do throws(TokenRefusal) {
      return .keys(try await keys.keys(for: id).usableIDs)
    } catch {
      if case .keysUnavailable(let seconds) = error { return .unavailable(retryAfter: seconds) }
      return .refused
    }
  }

  // MARK: - Kept fresh

  @Test("are fetched before a token needs them, and then found at once")
  func warm() async throws {
    let issuer = SampleIssuer("a", "b")
    let keys = try issuer.keys()
    #expect(keys.trusted == nil && keys.state == .unused)
    await keys.refreshIfDue()
    #expect(issuer.takeFetched() == [SampleIssuer.discoveryURL, SampleIssuer.keysURL])
    #expect(keys.trusted?.usableIDs == ["a", "b"] && keys.state == .fresh)
    #expect(await Self.find("a", in: keys) == .keys(["a", "b"]))
    #expect(issuer.takeFetched() == [])
  }

  @Test("are fetched by the first token where nobody did before")
  func cold() async throws {
    let issuer = SampleIssuer("a")
    #expect(await Self.find("a", in: try issuer.keys()) == .keys(["a"]))
    #expect(issuer.takeRefreshes() == 1)
  }

  @Test(
    "are fetched again as the answer says, every 5 minutes at most and every hour at least",
    arguments: [(nil, 900), (0, 300), (299, 300), (301, 301), (3599, 3599), (3601, 3600), (9_999_999_999, 3600)] as [(Int64?, Int64)])
  func interval(maxAge: Int64?, expected: Int64) async throws {
    let issuer = SampleIssuer()
    issuer.publish(["a"], maxAge: maxAge)
    let keys = try issuer.keys()
    await keys.refreshIfDue()
    issuer.advance(by: expected - 1)
    await keys.refreshIfDue()
    #expect(issuer.takeRefreshes() == 1)
    issuer.advance(by: 1)
    await keys.refreshIfDue()
    #expect(issuer.takeRefreshes() == 1)
    let next = try #require(UnixTime(SampleIssuer.start + 2 * expected))
    #expect(issuer.events.last == .refreshed(issuer: SampleIssuer.url, ids: ["a"], next: next))
  }

  @Test("are those of the newest set alone")
  func rotation() async throws {
    let issuer = SampleIssuer("a", "b")
    let keys = try issuer.keys()
    await keys.refreshIfDue()
    issuer.publish(["b", "c"])
    issuer.advance(by: 900)
    await keys.refreshIfDue()
    #expect(keys.trusted?.usableIDs == ["b", "c"])
    #expect(await Self.find("a", in: keys) == .keys(["b", "c"]))
  }

  @Test("are fetched within 5 s, the discovery document and the set together")
  func deadline() async throws {
    let issuer = SampleIssuer("a")
    let keys = try issuer.keys()
    let before = ContinuousClock.now
    await keys.refreshIfDue()
    let bounds = before + .seconds(5)...ContinuousClock.now + .seconds(5)
    #expect(issuer.deadlines.count == 2 && Set(issuer.deadlines).count == 1 && issuer.deadlines.allSatisfy { bounds.contains($0) })
  }

  // MARK: - Kept when the issuer fails

  @Test("are kept while they can't be refreshed, for an hour past the time when they should have been")
  func stale() async throws {
    let issuer = SampleIssuer("a")
    let keys = try issuer.keys()
    await keys.refreshIfDue()
    issuer.fail()
    issuer.advance(by: 900)
    await keys.refreshIfDue()
    let end = try #require(UnixTime(SampleIssuer.start + 900 + 3600))
    #expect(issuer.events.last == .refreshFailed(issuer: SampleIssuer.url, .fetch(.timedOut), keptUntil: end))
    #expect(keys.state == .stale)
    issuer.advance(by: 3599)
    await keys.refreshIfDue()
    #expect(await Self.find("a", in: keys) == .keys(["a"]))
    issuer.advance(by: 1)
    #expect(keys.trusted == nil && keys.state == .missing)
    #expect(await Self.find("a", in: keys) == .unavailable(retryAfter: 1))
  }

  @Test("that became too old are fetched by the next token, and trusted again")
  func recovery() async throws {
    let issuer = SampleIssuer("a")
    let keys = try issuer.keys()
    await keys.refreshIfDue()
    issuer.advance(by: 1_000_000)
    #expect(keys.trusted == nil)
    #expect(await Self.find("a", in: keys) == .keys(["a"]))
    #expect(keys.state == .fresh)
  }

  @Test("are tried for after 1, 2, 4 ... 60 s while the issuer fails, whoever asks, from the first fetch on")
  func failing() async throws {
    let issuer = SampleIssuer()
    issuer.fail()
    let keys = try issuer.keys()
    let attempts = [0, 1, 3, 7, 15, 31, 63, 123, 183, 243]
    for seconds in 0..<attempts[9] {
      await keys.refreshIfDue()
      #expect(issuer.takeRefreshes() == (attempts.contains(seconds) ? 1 : 0), "\(seconds)")
      let next = attempts.first { $0 > seconds } ?? 0
      #expect(await Self.find(ExactString("\(seconds)"), in: keys) == .unavailable(retryAfter: next - seconds))
      #expect(issuer.takeRefreshes() == 0)
      issuer.advance(by: 1)
    }
  }

  @Test("are tried for soon again, however long the failures of an earlier time had grown")
  func failingAnew() async throws {
    let issuer = SampleIssuer("a")
    let keys = try issuer.keys()
    issuer.fail()
    for _ in 0..<5 {
      await keys.refreshIfDue()
      issuer.advance(by: 60)
    }
    issuer.publish(["a"])
    await keys.refreshIfDue()
    issuer.fail()
    issuer.advance(by: 900)
    await keys.refreshIfDue()
    #expect(await Self.find("x", in: keys) == .unavailable(retryAfter: 1))
  }

  @Test("that are trusted do not tell whether the issuer has another key while it fails, and are asked for again without a token")
  func unsettled() async throws {
    let issuer = SampleIssuer("a")
    let keys = try issuer.keys()
    await keys.refreshIfDue()
    issuer.advance(by: 60)
    #expect(await Self.find("x", in: keys) == .keys(["a"]))
    issuer.advance(by: 60)
    issuer.fail()
    #expect(await Self.find("b", in: keys) == .unavailable(retryAfter: 1))
    #expect(await Self.find("x", in: keys) == .unavailable(retryAfter: 1))
    #expect(await Self.find("a", in: keys) == .keys(["a"]))
    issuer.publish(["a", "b"])
    issuer.advance(by: 1)
    await keys.refreshIfDue()
    #expect(await Self.find("b", in: keys) == .keys(["a", "b"]))
    #expect(await Self.find("x", in: keys) == .keys(["a", "b"]))
  }

  // MARK: - Unknown keys

  @Test("are refreshed for an unknown key, which is found where it was published since")
  func unknownKey() async throws {
    let issuer = SampleIssuer("a")
    let keys = try issuer.keys()
    await keys.refreshIfDue()
    issuer.publish(["a", "b"])
    issuer.advance(by: 60)
    #expect(await Self.find("b", in: keys) == .keys(["a", "b"]))
    #expect(issuer.takeRefreshes() == 2)
  }

  @Test("are refreshed for unknown keys once a minute, however many are invented")
  func flood() async throws {
    let issuer = SampleIssuer("a")
    let keys = try issuer.keys()
    await keys.refreshIfDue()
    #expect(issuer.takeRefreshes() == 1)
    for minute in 0..<3 {
      for number in 0..<400 { #expect(await Self.find(ExactString("\(minute) \(number)"), in: keys) == .keys(["a"])) }
      #expect(issuer.takeRefreshes() == (minute == 0 ? 0 : 1))
      issuer.advance(by: 60)
    }
  }

  @Test("are not refreshed for the same unknown key within two minutes")
  func remembered() async throws {
    let issuer = SampleIssuer("a")
    let keys = try issuer.keys()
    await keys.refreshIfDue()
    issuer.advance(by: 60)
    for (seconds, refreshes) in [(0, 2), (60, 0), (59, 0), (1, 1)] as [(Int64, Int)] {
      issuer.advance(by: seconds)
      #expect(await Self.find("x", in: keys) == .keys(["a"]))
      #expect(issuer.takeRefreshes() == refreshes)
    }
  }

  @Test("are refreshed for a key that the issuer did not have, if it could not be asked since")
  func rememberedBeforeOutage() async throws {
    let issuer = SampleIssuer("a")
    let keys = try issuer.keys()
    await keys.refreshIfDue()
    issuer.advance(by: 60)
    #expect(await Self.find("x", in: keys) == .keys(["a"]))
    issuer.fail()
    issuer.advance(by: 60)
    #expect(await Self.find("y", in: keys) == .unavailable(retryAfter: 1))
    issuer.publish(["a", "x"])
    issuer.advance(by: 1)
    #expect(await Self.find("x", in: keys) == .keys(["a", "x"]))
  }

  @Test("are refreshed again for a key that could not be looked for")
  func notRemembered() async throws {
    let issuer = SampleIssuer("a")
    let keys = try issuer.keys()
    await keys.refreshIfDue()
    issuer.advance(by: 60)
    issuer.fail()
    #expect(await Self.find("b", in: keys) == .unavailable(retryAfter: 1))
    issuer.publish(["a", "b"])
    issuer.advance(by: 1)
    #expect(await Self.find("b", in: keys) == .keys(["a", "b"]))
  }

  @Test("that are published but can't be used are known, and not looked for")
  func unusable() async throws {
    let issuer = SampleIssuer()
    issuer.publish(
      keys: #"{"keys": [\#(SampleIssuer.key("a")), \#(SampleIssuer.key("b")), \#(SampleIssuer.key("b")), {"kid": "c", "kty": "oct"}]}"#)
    let keys = try issuer.keys()
    await keys.refreshIfDue()
    issuer.advance(by: 60)
    for id in ["b", "c"] as [ExactString] { #expect(await Self.find(id, in: keys) == .keys(["a"])) }
    #expect(issuer.takeRefreshes() == 1)
  }

  // MARK: - Waiting together

  @Test("are fetched once for all who wait for them")
  func singleFlight() async throws {
    let issuer = SampleIssuer("a", "b", "c")
    let keys = try issuer.keys()
    issuer.hold()
    let tokens = (0..<100).map { number in Task { await Self.find(["a", "b", "x"][number % 3], in: keys) } }
    let housekeeping = Task { await keys.refreshIfDue() }
    await issuer.hasVisitor()
    issuer.release()
    for token in tokens { #expect(await token.value == .keys(["a", "b", "c"])) }
    await housekeeping.value
    #expect(issuer.takeRefreshes() == 1)
  }

  @Test("are fetched once where that fails, too, and all hear when to try again")
  func sharedFailure() async throws {
    let issuer = SampleIssuer()
    issuer.fail()
    let keys = try issuer.keys()
    issuer.hold()
    let tokens = (0..<100).map { number in Task { await Self.find(ExactString("\(number)"), in: keys) } }
    await issuer.hasVisitor()
    issuer.release()
    for token in tokens { #expect(await token.value == .unavailable(retryAfter: 1)) }
    #expect(issuer.takeRefreshes() == 1)
  }

  @Test("that are known are found while others are waited for")
  func noWait() async throws {
    let issuer = SampleIssuer("a")
    let keys = try issuer.keys()
    await keys.refreshIfDue()
    issuer.advance(by: 60)
    issuer.hold()
    let waiter = Task { await Self.find("b", in: keys) }
    await issuer.hasVisitor()
    #expect(await Self.find("a", in: keys) == .keys(["a"]))
    issuer.release()
    #expect(await waiter.value == .keys(["a"]))
  }

  @Test("are fetched to the end for the others where the one who asked first gave up")
  func cancelled() async throws {
    let issuer = SampleIssuer("a")
    let keys = try issuer.keys()
    issuer.hold()
    let first = Task { await Self.find("a", in: keys) }
    await issuer.hasVisitor()
    first.cancel()
    let second = Task { await Self.find("a", in: keys) }
    issuer.release()
    #expect(await second.value == .keys(["a"]))
    #expect(issuer.takeRefreshes() == 1)
  }

  // MARK: - A clock that is set

  @Test("are fetched again where the clock was set back")
  func clockSetBack() async throws {
    let issuer = SampleIssuer("a")
    let keys = try issuer.keys()
    await keys.refreshIfDue()
    issuer.advance(by: -100_000)
    await keys.refreshIfDue()
    #expect(issuer.takeRefreshes() == 2)
    await keys.refreshIfDue()
    #expect(issuer.takeRefreshes() == 0)
    issuer.fail()
    issuer.advance(by: -100_000)
    for _ in 0..<3 { #expect(await Self.find("x", in: keys) == .unavailable(retryAfter: 1)) }
    #expect(issuer.takeRefreshes() == 1)
  }

  @Test("are fetched at the ends of time", arguments: [(0, .keys(["a"])), (1 << 40, .unavailable(retryAfter: 60))] as [(Int64, Found)])
  func bounds(seconds: Int64, found: Found) async throws {
    let issuer = SampleIssuer("a")
    issuer.advance(by: seconds - SampleIssuer.start)
    let keys = try issuer.keys()
    #expect(await Self.find("a", in: keys) == found)
    #expect(issuer.takeRefreshes() == 1)
  }
}
