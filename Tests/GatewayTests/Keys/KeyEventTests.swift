import Logging
import Observability
import PublisherPolicy
import StrictParsers
import TestSupport
import Testing
import TokenVerification

@testable import Gateway

@Suite("What became of an issuer's keys") struct KeyEventTests {
  @Test("is counted, with the time of the last success")
  func metrics() throws {
    let metrics = Metrics(version: "1.0")
    let name = IssuerName("github")
    let times = try [100, 200, 300].map { try #require(UnixTime($0)) }
    metrics.count(.refreshed(issuer: "x", ids: [], next: times[2]), of: name, at: times[0])
    metrics.count(.refreshed(issuer: "x", ids: [], next: times[2]), of: name, at: times[1])
    metrics.count(.skipped(issuer: "x", []), of: name, at: times[1])
    metrics.count(.refreshFailed(issuer: "x", .foreignIssuer, keptUntil: nil), of: name, at: times[2])
    let samples = String(decoding: metrics.exposition(), as: UTF8.self).split(separator: "\n").filter { $0.hasPrefix("imprimatur_key") }
    #expect(
      samples == [
        #"imprimatur_key_refreshes_total{issuer="github",result="failed"} 1"#,
        #"imprimatur_key_refreshes_total{issuer="github",result="refreshed"} 2"#,
        #"imprimatur_keys_refreshed_timestamp_seconds{issuer="github"} 200"#,
        #"imprimatur_keys_valid_until_timestamp_seconds{issuer="github"} 3900"#,
      ])
  }

  /// What stands in a set of one key that verifies nothing.
  private static let skipped: [KeySet.SkippedKey] = {
    do throws(KeySetError) {
      return try KeySet(jwks: Array(#"{"keys":[{"kid":"b","kty":"oct"}]}"#.utf8)).skipped
    } catch {
      if case .nothingUsable(let skipped) = error { return skipped }
      return []
    }
  }()

  private static let failures: [KeyFailure] = [
    .fetch(.urlRefused), .fetch(.addressRefused), .fetch(.tooLarge(limit: 1)), .fetch(.status(500)), .fetch(.timedOut),
    .fetch(.unreadableFile(path: "/keys.json", 2)), .fetch(.transfer("words")), .discovery(JSONError(.tooDeep, at: 1)), .foreignIssuer,
    .foreignKeys, .keys(.tooLarge(limit: 1)), .keys(.malformed(JSONError(.tooDeep, at: 1))), .keys(.noKeys), .keys(.tooManyKeys(limit: 1)),
    .keys(.nothingUsable([])), .keys(.nothingUsable(skipped)),
  ]

  @Test("is told in words, with times as times")
  func words() async throws {
    let scratch = try ObservabilityScratch()
    let writer = LineWriter(.file(path: scratch.path("log")))
    let log = Logger(label: "test") { _ in LineLogHandler(writer, as: .json, from: .info) { ObservabilitySample.time } }
    let (name, time) = (IssuerName("github"), try #require(UnixTime(1_795_352_400)))
    log.log(.refreshed(issuer: "x", ids: ["a"], next: time), of: name)
    log.log(.refreshFailed(issuer: "x", .fetch(.unreadableFile(path: "/keys.json", 2)), keptUntil: time), of: name)
    log.log(.refreshFailed(issuer: "x", .foreignIssuer, keptUntil: nil), of: name)
    log.log(.skipped(issuer: "x", Self.skipped), of: name)
    await writer.flush()
    let lines: [String] = try scratch.text("log").split(separator: "\n").map { String($0.split(separator: ",", maxSplits: 2)[2]) }
    #expect(
      lines == [
        #""event":"keys.refreshed","issuer":"github","keys":["a"],"next":"2026-11-22T13:00:00Z"}"#,
        #""event":"keys.refresh-failed","failure":"/keys.json can't be read: No such file or directory","issuer":"github","#
          + #""kept_until":"2026-11-22T13:00:00Z"}"#,
        #""event":"keys.refresh-failed","failure":"the discovery document names another issuer, or none","issuer":"github"}"#,
        #""event":"keys.skipped","issuer":"github","keys":["key 0 (`b`): its `kty` or `crv` is not one of RSA, EC with P-256 or "#
          + #"P-384, OKP with Ed25519"]}"#,
      ])
    #expect(Set(Self.failures.map(\.explanation)).count == Self.failures.count)
  }
}
