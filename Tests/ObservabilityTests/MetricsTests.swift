import PublisherPolicy
import TestSupport
import Testing
import TokenVerification

@testable import Observability

@Suite("The metrics") struct ObservabilityMetricsTests {
  private func samples(_ metrics: Metrics, _ prefix: String) -> [String] {
    text(metrics.exposition()).split(separator: "\n").map { String($0) }.filter { $0.hasPrefix(prefix) }
  }

  @Test("count what a record tells") func records() {
    let metrics = Metrics(version: "1.0")
    let code = ReasonCode(ObservabilitySample.Code.claimMismatch)
    metrics.count(ObservabilitySample.fullRecord, .published)
    metrics.count(ObservabilitySample.fullRecord, .published)
    metrics.count(ObservabilitySample.fullRecord, .refused(code, detail: "never a label"))
    metrics.count(AuditRecord(.publish, ObservabilitySample.requestID()), .refused(code, detail: nil))
    metrics.count(AuditRecord(.exchange, ObservabilitySample.requestID()), .completed())
    metrics.countRead(RegistryName("python"), status: 304)
    #expect(
      samples(metrics, "imprimatur_publishes_total") == [
        #"imprimatur_publishes_total{outcome="refused",reason="publisher.claim-mismatch"} 1"#,
        #"imprimatur_publishes_total{registry="python",protocol="pypi",outcome="published"} 2"#,
        #"imprimatur_publishes_total{registry="python",protocol="pypi",outcome="refused",reason="publisher.claim-mismatch"} 1"#,
      ])
    #expect(samples(metrics, "imprimatur_exchanges_total") == [#"imprimatur_exchanges_total{outcome="completed"} 1"#])
    #expect(samples(metrics, "imprimatur_reads_total") == [#"imprimatur_reads_total{registry="python",status="3xx"} 1"#])
    #expect(samples(metrics, "imprimatur_upload_bytes_total") == [#"imprimatur_upload_bytes_total{registry="python"} 33000"#])
    #expect(
      samples(metrics, "imprimatur_upstream_answers_total") == [#"imprimatur_upstream_answers_total{registry="python",status="2xx"} 3"#])
    #expect(samples(metrics, "imprimatur_build_info") == [#"imprimatur_build_info{version="1.0"} 1"#])
  }

  @Test("give durations as cumulative histograms") func histograms() {
    let metrics = Metrics(version: "1.0")
    for duration in [.microseconds(500), .milliseconds(1), .milliseconds(1500), .seconds(7200)] as [Duration] {
      metrics.upstreamDuration.observe(duration, MetricLabel(RegistryName("python")))
    }
    let label = #"registry="python""#
    let counts = [
      ("0.001", 2), ("0.005", 2), ("0.01", 2), ("0.05", 2), ("0.1", 2), ("0.5", 2), ("1", 2), ("5", 3), ("10", 3), ("30", 3), ("60", 3),
      ("300", 3), ("1800", 3), ("+Inf", 4),
    ]
    #expect(
      samples(metrics, "imprimatur_upstream_duration_seconds") == counts.map {
        "imprimatur_upstream_duration_seconds_bucket{\(label),le=\"\($0)\"} \($1)"
      } + ["imprimatur_upstream_duration_seconds_sum{\(label)} 7201.501500", "imprimatur_upstream_duration_seconds_count{\(label)} 4"])
  }

  @Test("go up, down and away") func gauges() {
    let metrics = Metrics(version: "1.0")
    #expect(samples(metrics, "imprimatur_connections ") == ["imprimatur_connections 0"])
    metrics.connections.add(3)
    metrics.connections.add(-1)
    metrics.keysRefreshedAt.set(7, MetricLabel(IssuerName("github")))
    #expect(samples(metrics, "imprimatur_connections ") == ["imprimatur_connections 2"])
    #expect(samples(metrics, "imprimatur_keys") == [#"imprimatur_keys_refreshed_timestamp_seconds{issuer="github"} 7"#])
    metrics.connections.set(.max)
    metrics.connections.add(1)
    #expect(samples(metrics, "imprimatur_connections ") == ["imprimatur_connections \(Int64.max)"])
    metrics.keysRefreshedAt.set(8, MetricLabel(IssuerName("gitlab")))
    metrics.keysRefreshedAt.keep([MetricLabel(IssuerName("gitlab"))])
    #expect(samples(metrics, "imprimatur_keys") == [#"imprimatur_keys_refreshed_timestamp_seconds{issuer="gitlab"} 8"#])
  }

  @Test("begin with 0 what may happen, and count nothing of a publisher that has no series") func beginnings() {
    let metrics = Metrics(version: "1.0")
    let results = "imprimatur_publisher_results_total"
    var record = ObservabilitySample.fullRecord
    record.nearestPublisher = nil
    metrics.count(record, .published)
    #expect(samples(metrics, results) == [])
    for id in ["widgets-release", "nearest"] {
      metrics.publisherResults.begin(MetricLabel(PublisherID(id)), MetricLabel(AuditOutcome.Name.published))
      metrics.publisherResults.begin(MetricLabel(PublisherID(id)), MetricLabel(AuditOutcome.Name.refused))
    }
    metrics.count(record, .published)
    record.nearestPublisher = PublisherID("nearest")
    metrics.count(record, .refused(ReasonCode(ObservabilitySample.Code.claimMismatch), detail: nil))
    metrics.publisherResults.begin(MetricLabel(PublisherID("nearest")), MetricLabel(AuditOutcome.Name.refused))
    #expect(
      samples(metrics, results) == [
        #"\#(results){publisher="nearest",outcome="published"} 0"#, #"\#(results){publisher="nearest",outcome="refused"} 1"#,
        #"\#(results){publisher="widgets-release",outcome="published"} 1"#,
        #"\#(results){publisher="widgets-release",outcome="refused"} 0"#,
      ])
    metrics.registryUp.setIfBegun(1, MetricLabel(RegistryName("gone")))
    #expect(samples(metrics, "imprimatur_registry_up") == [])
    #expect(samples(metrics, "imprimatur_state_operation_seconds_count") == ["imprimatur_state_operation_seconds_count 0"])
  }

  @Test("tell what became of the last configuration that was offered") func reloads() throws {
    let metrics = Metrics(version: "1.0")
    metrics.count(.loaded, at: try #require(UnixTime(100)))
    metrics.count(.rejected, at: try #require(UnixTime(200)))
    #expect(
      samples(metrics, "imprimatur_config_last") == [
        "imprimatur_config_last_reload_successful 0", "imprimatur_config_last_reload_timestamp_seconds 200",
      ])
    #expect(samples(metrics, "imprimatur_config_reloads_total").count == 2)
  }

  @Test("escape labels") func escaping() {
    let metrics = Metrics(version: "\"a\\b\nc")
    #expect(samples(metrics, "imprimatur_build_info") == [#"imprimatur_build_info{version="\"a\\b\nc"} 1"#])
  }

  @Test("follow the text format: each family once, with help and type, before its samples") func format() throws {
    let metrics = Metrics(version: "1.0")
    metrics.count(ObservabilitySample.fullRecord, .published)
    var families: Set<String> = []
    var current = ""
    for line in text(metrics.exposition()).split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      if let help = try #/# HELP ([a-z_]+) [^\n]+/#.wholeMatch(in: line) {
        current = String(help.1)
        #expect(families.insert(current).inserted, "\(line)")
      } else if line.hasPrefix("#") {
        #expect(try #/# TYPE ([a-z_]+) (counter|gauge|histogram)/#.wholeMatch(in: line)?.1 == current[...], "\(line)")
        #expect(line.hasSuffix("counter") == current.hasSuffix("_total"), "\(line)")
      } else {
        let sample = try #/([a-z_]+?)(_bucket|_sum|_count)?(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.]+/#.wholeMatch(in: line)
        #expect(sample.map { $0.1 == current || line.hasPrefix("\(current)") } == true, "\(line)")
      }
    }
    #expect(families.count > 15)
  }

  @Test(
    "name the class of a status",
    arguments: [
      (100, StatusClass.informational), (200, .success), (299, .success), (304, .redirection), (404, .clientError), (503, .serverError),
      (600, .other), (0, .other), (-1, .other),
    ])
  func statusClasses(status: Int, expected: StatusClass) { #expect(StatusClass(status: status) == expected) }
}
