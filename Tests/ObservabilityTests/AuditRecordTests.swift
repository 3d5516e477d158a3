import Digests
import Foundation
import StrictParsers
import TestSupport
import Testing

@testable import Observability

@Suite("An audit record") struct ObservabilityAuditRecordTests {
  private static let code = ReasonCode(ObservabilitySample.Code.claimMismatch)

  @Test("has all its keys in their order") func fullLine() {
    let line = ObservabilitySample.fullRecord.line(.published, at: ObservabilitySample.time)
    let expected = """
      {"time":"2026-11-22T13:00:00.123Z","level":"notice","event":"publish","request.id":"01KAN4Z6EV00000000000G0002",\
      "granted":true,"outcome":"published","registry":"python","protocol":"pypi","action":"upload",\
      "package.name":"acme-widgets","package.version":"1.2.3.0","artifact.filename":"acme_widgets-1.2.3-py3-none-any.whl",\
      "artifact.hash":"sha256:\(ObservabilitySample.digest("artifact").hex)","artifact.size":10240,"publisher.id":"widgets-release",\
      "publisher.state":"active","publisher.nearest":"nearest","oidc.issuer":"https://issuer.example","oidc.jti":"id-1",\
      "oidc.token.sha256":"\(ObservabilitySample.digest("token").hex)","oidc.claim.environment":"release","oidc.claim.run_attempt":1,\
      "vcs.repository.name":"acme/widgets",\
      "vcs.ref.head.name":"refs/tags/v1.2.3","vcs.ref.head.revision":"0123abc","cicd.pipeline.name":"release.yml",\
      "cicd.pipeline.run.id":"42","cicd.pipeline.run.url.full":"https://ci.example/acme/widgets/runs/42","credential":"oidc",\
      "client.address":"192.0.2.1","user_agent.original":"twine/7.0.0","upstream.status":200,"upstream.duration_ms":12,\
      "duration_ms":1500,"http.request.body.size":11000,"operator.user":"root (sudo from alice)",\
      "operator.host":"gw-1","config.digest":"sha256:\(ObservabilitySample.digest("configuration").hex)"}

      """
    let id = ObservabilitySample.requestID().description
    #expect(text(line) == expected.replacing("01KAN4Z6EV00000000000G0002", with: id))
  }

  @Test("leaves out what does not apply") func shortLine() {
    let record = AuditRecord(.revoke, ObservabilitySample.requestID())
    #expect(
      text(record.line(.completed(), at: ObservabilitySample.time)) == """
        {"time":"2026-11-22T13:00:00.123Z","level":"notice","event":"revoke","request.id":"\(record.requestID)","granted":false,\
        "credential":"none"}

        """)
  }

  @Test(
    "names its end, and the reason of it",
    arguments: [
      (.published, #""level":"notice","#, #""outcome":"published","credential""#),
      (.refused(code, detail: "d"), #""level":"notice","#, #""outcome":"refused","reason":"publisher.claim-mismatch","detail":"d","#),
      (.failed(code, detail: nil), #""level":"error","#, #""outcome":"failed","reason":"publisher.claim-mismatch","credential""#),
      (.aborted(code, detail: nil), #""level":"notice","#, #""outcome":"aborted","reason":"publisher.claim-mismatch","credential""#),
      (.reported(code, detail: nil), #""level":"notice","#, #""outcome":"reported","reason":"publisher.claim-mismatch","credential""#),
      (.reported(nil, detail: nil), #""level":"notice","#, #""outcome":"reported","credential""#),
    ] as [(AuditOutcome, String, String)])
  func outcomes(outcome: AuditOutcome, level: String, end: String) {
    let line = text(AuditRecord(.publish, ObservabilitySample.requestID()).line(outcome, at: ObservabilitySample.time))
    #expect(line.contains(level))
    #expect(line.contains(end))
  }

  @Test(
    "shows what a stranger sent as what it is",
    arguments: [
      (Array("plain ~!".utf8), "plain ~!"),
      (Array(#"a"b\c/"#.utf8), #"a\"b\\c/"#),
      (Array("a\r\nb\tc".utf8), #"a\r\nb\tc"#),
      (Array("\u{0}\u{8}\u{1B}[31m\u{7F}".utf8), #"\u0000\u0008\u001b[31m\u007f"#),
      (Array("\u{85}\u{9B}31m".utf8), #"\u0085\u009b31m"#),
      (Array("\u{2028}\u{2029}".utf8), #"\u2028\u2029"#),
      (Array("abc\u{202E}fed\u{2066}\u{200B}\u{FEFF}".utf8), #"abc\u202efed\u2066\u200b\ufeff"#),
      (Array("\u{E0041}".utf8), #"\udb40\udc41"#),
      (Array("\u{E000}\u{FFFE}".utf8), #"\ue000\ufffe"#),
      (Array("grüße 日本 🙂".utf8), "grüße 日本 🙂"),
      ([0x61, 0xFF, 0xC0, 0x80, 0x62], "a\u{FFFD}\u{FFFD}\u{FFFD}b"),
      ([0xED, 0xA0, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}"),
      ([], ""),
    ] as [([UInt8], String)])
  func escaping(bytes: [UInt8], expected: String) throws {
    var record = AuditRecord(.publish, ObservabilitySample.requestID())
    record.userAgent = bytes
    let line = record.line(.published, at: ObservabilitySample.time)
    #expect(Array(text(line).utf8).firstRange(of: Array("\"user_agent.original\":\"\(expected)\"}\n".utf8)) != nil, "\(text(line))")
    let parsed = try StrictJSON.parseObject(line)
    #expect(
      parsed["user_agent.original"]?.string?.text.unicodeScalars.elementsEqual(String(decoding: bytes, as: UTF8.self).unicodeScalars)
        == true)
  }

  @Test("keeps no more than a kilobyte of a user agent") func longUserAgent() throws {
    var record = AuditRecord(.publish, ObservabilitySample.requestID())
    record.userAgent = Array(repeating: 0x61, count: 30000)
    #expect(
      try StrictJSON.parseObject(record.line(.published, at: ObservabilitySample.time))["user_agent.original"]?.string?.utf8.count == 1024)
  }

  @Test("is written at the next start from its note, in the same order") func interruption() throws {
    var record = ObservabilitySample.fullRecord
    record.userAgent = Array("odd\u{200B}\u{1B}".utf8)
    let later = Timestamp(milliseconds: ObservabilitySample.time.milliseconds + 60_000)
    let interrupted = AuditRecord.interruptedLine(note: record.note(at: ObservabilitySample.time), at: later)
    let detail = "the gateway ended during this upload, which began at 2026-11-22T13:00:00.123Z; the registry may have it"
    let ended = record.line(.failed(ReasonCode(InterruptionCode.interrupted), detail: detail), at: later)
    #expect(text(interrupted) == text(ended))
  }

  @Test("is written at the next start even where its note can't be read", arguments: ["", "{", "[]", "{\"time\":1,\"event\":2}", "\u{0}"])
  func brokenNotes(note: String) throws {
    let line = AuditRecord.interruptedLine(note: Array(note.utf8), at: ObservabilitySample.time)
    let parsed = try StrictJSON.parseObject(line)
    #expect(parsed["event"]?.string == "publish")
    #expect(parsed["outcome"]?.string == "failed")
    #expect(parsed["reason"]?.string == "gateway.interrupted")
  }

  @Test(
    "gives times in RFC 3339",
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (-5, "1970-01-01T00:00:00.000Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
      (951_868_799_999, "2000-02-29T23:59:59.999Z"), (951_868_800_000, "2000-03-01T00:00:00.000Z"),
      (1_709_164_800_001, "2024-02-29T00:00:00.001Z"), (1_795_352_400_123, "2026-11-22T13:00:00.123Z"),
      (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (4_107_456_000_000, "2100-02-28T00:00:00.000Z"),
      (253_402_300_799_999, "9999-12-31T23:59:59.999Z"), (.max, "9999-12-31T23:59:59.999Z"),
    ] as [(Int64, String)])
  func times(milliseconds: Int64, expected: String) { #expect(Timestamp(milliseconds: milliseconds).description == expected) }

  @Test("has a request's name that sorts by time and does not repeat") func requestIDs() {
    struct Fixed: RandomNumberGenerator {
      let value: UInt64
      mutating func next() -> UInt64 { value }
    }
    var none = Fixed(value: 0)
    var all = Fixed(value: .max)
    // The example of the ULID specification: 01ARZ3NDEK is 1469922850259 ms.
    #expect(RequestID(at: Timestamp(milliseconds: 1_469_922_850_259), using: &none).description == "01ARZ3NDEK0000000000000000")
    #expect(RequestID(at: Timestamp(milliseconds: 1_469_922_850_259), using: &all).description == "01ARZ3NDEKZZZZZZZZZZZZZZZZ")
    var system = SystemRandomNumberGenerator()
    let many = (0..<1000).map { RequestID(at: Timestamp(milliseconds: $0), using: &system).description }
    #expect(many == many.sorted())
    #expect(Set((0..<1000).map { _ in RequestID(at: ObservabilitySample.time, using: &system) }).count == 1000)
  }

  private static let isBenchmark = ProcessInfo.processInfo.environment["IMPRIMATUR_BENCHMARKS"] != nil

  @Test("takes a few microseconds to write", .enabled(if: isBenchmark)) func cost() {
    let record = ObservabilitySample.fullRecord
    let elapsed = ContinuousClock().measure { for _ in 0..<1000 { _ = record.line(.published, at: ObservabilitySample.time) } }
    print("an audit line takes \(elapsed / 1000)")
  }
}
