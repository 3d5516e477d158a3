import PublisherPolicy
import StrictParsers
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
      ])
  }
}
