import StrictParsers
import TestSupport
import Testing

@testable import Gateway

@Suite("What a registry answers") struct RegistryAnswerTests {
  private static func get(_ target: String, method: String = "GET") -> String {
    "\(method) \(target) HTTP/1.1\r\nHost: upload.example.com\r\nAccept-Encoding: gzip\r\n\r\n"
  }

  @Test("tells whether it takes the service credential, until it says otherwise") func standing() async throws {
    let serving = try await SampleServing.start(ScriptedRegistry(.answer(ScriptedRegistry.response(401, "who?"))))
    let registry = serving.gateway.services.configuration.registries[0]
    for (file, response, isAccepted) in [("first", "502 ", false), ("second", "201 created", true)] {
      let client = try await serving.client()
      client.send(try SampleServing.put(PublishSample.bytes, to: file))
      #expect(await client.responses(1).last?.hasPrefix(response) == true)
      #expect(registry.standing.isAccepted == isAccepted)
      await client.close()
    }
    let recorded = try await serving.outcomes()
    #expect(recorded == ["failed upstream.credential-refused", "published"])
    try await serving.stop()
  }

  @Test(
    "is asked for before a file that must not be overwritten",
    arguments: [
      (404, "201 created", "published", 3), (200, "4", "refused scope.file-exists", 1), (500, "503 ", "failed scope.existence-unknown", 1),
    ])
  func existence(status: Int, response: String, outcome: String, requests: Int) async throws {
    // It is asked before the file's name is reserved, and again after it is.
    let answer = ScriptedRegistry.Step.answer(ScriptedRegistry.response(status, ""))
    let serving = try await SampleServing.start(ScriptedRegistry(answer, answer)) {
      $0.registry += ", overwrite: refuse"
    }
    let client = try await serving.client()
    client.send(try SampleServing.put(PublishSample.bytes))
    #expect(await client.responses(1).last?.hasPrefix(response) == true)
    await client.close()
    let recorded = try await serving.outcomes()
    #expect(recorded == [outcome])
    let heads = serving.registry.requests.map(\.head)
    #expect(heads.count == requests && heads[0].hasPrefix("HEAD /acme-widgets/1.0/w.whl HTTP/1.1\r\n"))
    #expect(heads[0].contains("\r\nauthorization: Bearer not-a-real-secret\r\n"))
    try await serving.stop()
  }

  // MARK: Reads

  private static func index(_ registry: ScriptedRegistry, _ more: String = "") async throws -> SampleServing {
    try await SampleServing.start(registry) { settings in
      settings.protocol = "pypi"
      settings.registry = ", path: /python\(more)"
    }
  }

  @Test("to a reader is passed on, in documents with links that lead through the gateway") func documents() async throws {
    let page = #"<html><body><a href="/files/w.whl">w.whl</a></body></html>"#
    let registry = ScriptedRegistry(
      .answer(ScriptedRegistry.response(200, page, "Content-Type: text/html\r\nX-Internal: secret\r\n")),
      .answer(ScriptedRegistry.response(200, "bytes", "Content-Type: application/octet-stream\r\n")),
      .answer(ScriptedRegistry.response(404, "none", "Content-Type: text/html\r\n")))
    let serving = try await Self.index(registry)
    let client = try await serving.client()
    client.send(Self.get("/python/simple/w/"))
    let document = try #require(await client.responses(1).last)
    #expect(document.hasPrefix("200 ") && document.contains("/python/files/w.whl"))
    client.send(Self.get("/python/files/w.whl"))
    client.send(Self.get("/python/simple/none/"))
    #expect(await client.responses(3).dropFirst() == ["200 bytes", "404 none"])
    let received = await client.read { _ in true }
    #expect(!received.contains("X-Internal"))
    #expect(serving.registry.requests.allSatisfy { !$0.head.contains("not-a-real-secret") })
    await client.close()
    try await serving.stop()
  }

  @Test(
    "to a reader is refused if its links can't be told",
    arguments: [
      (200, "x", "Content-Type: text/html\r\nContent-Encoding: gzip\r\n", "upstream.encoded-answer"),
      (206, "x", "Content-Type: text/html\r\n", "upstream.unreadable-document"),
      (200, "{", "Content-Type: application/vnd.pypi.simple.v1+json\r\n", "upstream.unreadable-document"),
    ])
  func unreadable(status: Int, body: String, fields: String, code: String) async throws {
    let serving = try await Self.index(ScriptedRegistry(.answer(ScriptedRegistry.response(status, body, fields))))
    let client = try await serving.client()
    client.send(Self.get("/python/simple/w/"))
    let response = await client.read { _ in false }
    #expect(response.hasPrefix("HTTP/1.1 502 ") && response.contains(code) && response.contains("\r\nconnection: close\r\n"))
    try await serving.stop()
  }

  @Test("is not asked for where the operator lets nobody read") func refused() async throws {
    let serving = try await Self.index(ScriptedRegistry(), ", reads: refuse")
    let client = try await serving.client()
    client.send(Self.get("/python/simple/w/"))
    #expect(await client.responses(1).last?.contains("route.reads-refused") == true)
    #expect(serving.registry.connections == 0)
    await client.close()
    try await serving.stop()
  }

  // MARK: Requests that reach no registry

  @Test(
    "is never asked for a request that is for nothing, which leaves a record if it may have been an upload",
    arguments: [
      ("PUT / HTTP/1.1\r\nHost: other.example\r\nContent-Length: 0\r\n\r\n", "route.unknown-host", true),
      ("GET / HTTP/1.1\r\nHost: other.example\r\n\r\n", "route.unknown-host", false),
      ("PUT / HTTP/1.1\r\nHost: upload.example.com\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "framing.", true),
      ("GET  / HTTP/1.1\r\nHost: upload.example.com\r\n\r\n", "framing.", false),
    ])
  func nowhere(request: String, code: String, isRecorded: Bool) async throws {
    let serving = try await SampleServing.start(ScriptedRegistry()) { $0.registry += ", host: upload.example.com" }
    let client = try await serving.client()
    client.send(request)
    let response = await client.read { _ in false }
    #expect(response.hasPrefix("HTTP/1.1 4") && response.contains(code) && response.contains("\r\nconnection: close\r\n"))
    let recorded = try await serving.outcomes()
    #expect(recorded.count == (isRecorded ? 1 : 0) && recorded.allSatisfy { $0.hasPrefix("refused \(code)") })
    #expect(serving.registry.connections == 0)
    try await serving.stop()
  }
}
