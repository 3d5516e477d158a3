import Digests
import StrictParsers
import TestSupport
import Testing

@testable import Demo
@testable import Gateway

@Suite("A client's connection") struct ClientSessionTests {
  private static func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) } }

  @Test("carries an upload to the registry, with our credential and none of the client's", arguments: [false, true])
  func small(chunked: Bool) async throws {
    let serving = try await SampleServing.start(ScriptedRegistry())
    let client = try await serving.client()
    client.send(try SampleServing.put(PublishSample.bytes, chunked: chunked))
    #expect(await client.responses(1) == ["201 created"])
    let request = try #require(serving.registry.requests.first)
    let token = try PublishSample.token()
    #expect(request.body == PublishSample.bytes && request.head.hasPrefix("PUT /acme-widgets/1.0/w.whl HTTP/1.1\r\n"))
    #expect(request.head.contains("\r\nauthorization: Bearer not-a-real-secret\r\n") && !request.head.contains(token))
    let recorded = try await serving.outcomes()
    #expect(recorded == ["published"])
    #expect(try serving.gateway.records()[0]["artifact.hash"]?.string?.text.hasSuffix(PublishSample.digest.hex) == true)
    try await serving.stop()
  }

  @Test("carries large bodies whole, streamed or by pieces of any kind", arguments: [false, true])
  func large(chunked: Bool) async throws {
    let serving = try await SampleServing.start(ScriptedRegistry())
    let body = Self.bytes(5_000_001)
    let client = try await serving.client()
    client.send(try SampleServing.put(body, chunked: chunked))
    #expect(await client.responses(1) == ["201 created"])
    #expect(serving.registry.requests.map { SHA256.digest(of: $0.body) } == [SHA256.digest(of: body)])
    let recorded = try await serving.outcomes()
    #expect(recorded == ["published"])
    #expect(try serving.gateway.records()[0]["artifact.hash"]?.string?.text.hasSuffix(SHA256.digest(of: body).hex) == true)
    try await serving.stop()
  }

  @Test("spools and inspects a form, in memory or in a file", arguments: ["64KiB", "1KiB"])
  func form(spoolMemory: String) async throws {
    let serving = try await SampleServing.start(ScriptedRegistry()) { settings in
      settings.protocol = "pypi"
      settings.registry = ""
      settings.top = "server: {limits: {spool_memory: \(spoolMemory)}}"
    }
    let wheel = SampleWheel(name: "acme-widgets", version: "1.0")
    let form = try wheel.form()
    let head = """
      POST / HTTP/1.1\r\nHost: upload.example.com\r\nAuthorization: Bearer \(try PublishSample.token())\r\n\
      Content-Type: \(form.type)\r\nContent-Length: \(form.body.count)\r\n\r\n
      """
    let client = try await serving.client()
    client.send(Array(head.utf8) + form.body)
    #expect(await client.responses(1) == ["201 created"])
    let body = try #require(serving.registry.requests.first?.body)
    #expect(body.firstRange(of: wheel.bytes) != nil)
    let recorded = try await serving.outcomes()
    #expect(recorded == ["published"])
    try await serving.stop()
  }

  @Test("answers requests that come together one after the other, on one connection to the registry") func pipelined() async throws {
    let serving = try await SampleServing.start(
      ScriptedRegistry(
        .answer(ScriptedRegistry.response(201, "a")), .answer(ScriptedRegistry.response(400, "b")),
        .answer(ScriptedRegistry.response(201, "c"))))
    let client = try await serving.client()
    client.send(try ["a", "b", "c"].flatMap { try SampleServing.put(Array("bytes of \($0)".utf8), to: $0) })
    #expect(await client.responses(3) == ["201 a", "400 b", "201 c"])
    #expect(serving.registry.requests.map { String(decoding: $0.body, as: UTF8.self) } == ["bytes of a", "bytes of b", "bytes of c"])
    #expect(serving.registry.connections == 1)
    let recorded = try await serving.outcomes()
    #expect(recorded == ["published", "failed upstream.refused", "published"])
    try await serving.stop()
  }

  @Test("carries a file again if its bytes are the same, and no others under its name", arguments: [false, true])
  func again(chunked: Bool) async throws {
    let serving = try await SampleServing.start(ScriptedRegistry())
    let client = try await serving.client()
    let body = Self.bytes(100_000)
    for number in 1...2 {
      client.send(try SampleServing.put(body, chunked: chunked))
      #expect(await client.responses(number).last == "201 created")
    }
    client.send(try SampleServing.put(body.reversed(), chunked: chunked))
    #expect(await client.responses(3).last?.hasPrefix("403 ") == true)
    #expect(serving.registry.requests.map(\.body) == [body, body])
    let recorded = try await serving.outcomes()
    #expect(recorded == ["published", "published", "refused state.other-bytes"])
    try await serving.stop()
  }

  @Test("ends with a refusal, and is told why before its body is read") func refused() async throws {
    let serving = try await SampleServing.start(ScriptedRegistry())
    let client = try await serving.client()
    client.send(try Array(SampleServing.put(Self.bytes(100), token: "a.b.c").dropLast(50)))
    client.endInput()
    let response = await client.read { _ in false }
    #expect(response.hasPrefix("HTTP/1.1 403 ") && response.contains("token.malformed") && response.contains("\r\nconnection: close\r\n"))
    let recorded = try await serving.outcomes()
    #expect(recorded == ["refused token.malformed"] && serving.registry.connections == 0)
    try await serving.stop()
  }

  /// The bytes that a client sends before it ends its connection, of a head and a body of 20 bytes; and the records that this leaves.
  @Test(
    "that its client ends leaves a record of what had begun",
    arguments: [
      (0, 0, [String]()), (20, 0, []), (nil, 0, ["aborted body.incomplete"]), (nil, 10, ["aborted body.incomplete"]),
      (nil, 20, ["published"]),
    ] as [(Int?, Int, [String])])
  func ends(head: Int?, body: Int, outcomes: [String]) async throws {
    let serving = try await SampleServing.start(ScriptedRegistry())
    let client = try await serving.client()
    let request = try SampleServing.put(Self.bytes(20))
    client.send(Array(request.prefix(head ?? request.count - 20 + body)))
    client.endInput()
    _ = await client.read { _ in false }
    let recorded = try await serving.outcomes()
    #expect(recorded == outcomes)
    // Nothing of an upload that never was whole stays behind.
    #expect(serving.gateway.services.budgets.places.used == 0 && serving.gateway.services.budgets.spool.used == 0)
    try await serving.stop()
  }
}
