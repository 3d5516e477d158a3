import Observability
import PublisherPolicy
import StrictParsers
import TestSupport
import Testing

@testable import Gateway

@Suite("A line of the audit log, read again,") struct RecordedUploadTests {
  @Test("tells what it was written of")
  func round() throws {
    let record = ObservabilitySample.fullRecord
    let line = record.line(.refused(ReasonCode(PublisherRefusal.Code.claimMismatch), detail: "why"), at: ObservabilitySample.time)
    let read = try RecordedUpload(line: line)
    #expect(read.time == "2026-11-22T13:00:00.123Z" && read.granted && read.outcome == "refused")
    #expect(read.reason == "publisher.claim-mismatch" && read.detail == "why" && read.registry == "python")
    #expect(read.package == "acme-widgets" && read.version == "1.2.3.0" && read.file == "acme_widgets-1.2.3-py3-none-any.whl")
    #expect(read.publisher == "widgets-release" && read.issuer == "https://issuer.example")
    #expect(
      read.provenance
        == .recorded(
          repository: "acme/widgets", reference: "refs/tags/v1.2.3", revision: "0123abc", pipeline: "release.yml", runID: "42"))
    #expect(read.tokenID == "id-1" && read.claims == ObservabilitySample.claims)
    #expect(try RecordedUpload(line: Array("{\"event\":\"publish\",\"granted\":true}".utf8)).claims == nil)
    #expect(try #require(read.configuration).text.hasPrefix("sha256:"))
  }

  @Test(
    "is nothing else",
    arguments: [
      ("", "not one line of JSON"), ("{}\n{}", "not one line of JSON"), ("[]", "not one line of JSON"),
      ("{\"event\":\"config.loaded\"}", "not the record of an upload"), ("{\"granted\":true}", "not the record of an upload"),
      ("{\"event\":\"freeze\",\"granted\":true}", "not the record of an upload"),
      ("{\"event\":\"publish\"}", "granted is not true or false"), ("{\"event\":\"publish\",\"granted\":\"true\"}", "granted is not"),
      ("{\"event\":\"publish\",\"granted\":true,\"vcs.repository.name\":1}", "its vcs.repository.name is not a string"),
      ("{\"event\":\"publish\",\"granted\":true,\"granted\":false}", "not one line of JSON"),
    ])
  func malformed(line: String, expected: String) {
    let malformation = #expect(throws: RecordedUpload.Malformation.self) { try RecordedUpload(line: Array(line.utf8)) }
    #expect(malformation?.explanation.contains(expected) ?? false, "\(malformation?.explanation ?? "")")
  }
}
