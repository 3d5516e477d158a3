import Foundation
import Logging
import Secrets
import TestSupport
import Testing

@testable import Observability

@Suite("The log") struct ObservabilityLogTests {
  private struct Failure: Error { let secret = "hunter2" }

  private func lines(_ format: LogFormat, from level: Logger.Level = .info, _ body: (inout Logger) -> Void) async throws -> String {
    let scratch = try ObservabilityScratch()
    let writer = LineWriter(.file(path: scratch.path("log")))
    var logger = Logger(label: "test") { _ in LineLogHandler(writer, as: format, from: level) { ObservabilitySample.time } }
    body(&logger)
    await writer.flush()
    return try scratch.text("log")
  }

  @Test("is one JSON object a line, with flat keys and numbers as numbers") func json() async throws {
    let log = try await lines(.json) { logger in
      logger.log(.serverStarted, ["server.port": .stringConvertible(8080), "server.address": "127.0.0.1"])
      logger[metadataKey: "issuer"] = "github"
      logger.warning("keys.refresh-failed", error: Failure(), metadata: ["time": "x\u{1B}[31m", "list": ["a", "b\u{2028}"]])
      logger.log(.keysRefreshed, ["issuer": "gitlab", "fresh": .stringConvertible(true), "more": ["b": "2", "a": .stringConvertible(1)]])
      logger.debug("unseen")
    }
    #expect(
      log == """
        {"time":"2026-11-22T13:00:00.123Z","level":"notice","event":"server.started","server.address":"127.0.0.1","server.port":8080}
        {"time":"2026-11-22T13:00:00.123Z","level":"warning","event":"keys.refresh-failed","error.type":"Failure","issuer":"github",\
        "list":["a","b\\u2028"],"metadata.time":"x\\u001b[31m"}
        {"time":"2026-11-22T13:00:00.123Z","level":"info","event":"keys.refreshed","fresh":true,"issuer":"gitlab","more":{"a":1,"b":"2"}}

        """)
  }

  @Test("is readable as text, where nothing can break out of its line") func plain() async throws {
    let log = try await lines(.text, from: .debug) { logger in
      logger.log(.serverStarted, ["server.port": .stringConvertible(8080)])
      logger.debug("odd event\n", metadata: ["a": "two words", "b": "x\r\nlevel=error", "c": "", "d=": "a=b", "e": ["1"], "f": "grün"])
    }
    #expect(
      log == """
        2026-11-22T13:00:00.123Z notice server.started server.port=8080
        2026-11-22T13:00:00.123Z debug "odd event\\n" a="two words" b="x\\r\\nlevel=error" c="" "d="="a=b" e=["1"] f="grün"

        """)
  }

  @Test("treats level and metadata as values") func values() {
    let writer = LineWriter(.file(path: "/dev/null"))
    var first = Logger(label: "first") { _ in LineLogHandler(writer, as: .json, from: .debug) { ObservabilitySample.time } }
    first[metadataKey: "a"] = "1"
    var second = first
    second.logLevel = .error
    second[metadataKey: "a"] = "2"
    #expect(first.logLevel == .debug)
    #expect(first[metadataKey: "a"] == "1")
    #expect(second[metadataKey: "a"] == "2")
  }

  @Test("has events of the form subject.what") func events() throws {
    for event in LogEvent.allCases { #expect(try #/[a-z]+\.[a-z-]+/#.wholeMatch(in: event.rawValue) != nil, "\(event)") }
  }

  @Test("shows no secret, however it is asked to") func secrets() {
    let secret = Secret(Array("hunter2".utf8))
    struct Holder { let secret: Secret }
    var dumped = ""
    dump(Holder(secret: secret), to: &dumped)
    let metadata: Logger.MetadataValue = .stringConvertible(secret)
    for shown in [
      "\(secret)", String(reflecting: secret), "\(Holder(secret: secret))", dumped, "\(metadata)", "\([secret])",
      "\(Optional(secret) as Any)",
    ] {
      #expect(shown.contains("‹redacted›"), "\(shown)")
      #expect(!shown.contains("hunter2") && !shown.contains("104"), "\(shown)")
    }
    #expect(secret.withBytes { $0 } == Array("hunter2".utf8))
    #expect(Mirror(reflecting: secret).children.isEmpty)
  }
}
