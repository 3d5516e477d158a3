import Digests
import Dispatch
import NIOCore
import NIOPosix
import StrictParsers
import TestSupport
import Testing

@testable import Gateway

@Suite("A registry that ends its connection", .timeLimit(.minutes(10))) struct RegistryEndTests {
  private static let body = Array("twenty bytes of body".utf8)

  @Test(
    "before it has answered is a failure that the client is told of",
    arguments: [
      ScriptedRegistry.Step.closeAfterHead, .closeAfterBody, .answerHalf,
    ])
  func fresh(step: ScriptedRegistry.Step) async throws {
    let serving = try await SampleServing.start(ScriptedRegistry(step))
    let client = try await serving.client()
    client.send(try SampleServing.put(Self.body))
    let response = await client.read { _ in false }
    #expect(response.hasPrefix("HTTP/1.1 502 ") && response.contains("upstream.closed"))
    let recorded = try await serving.outcomes()
    #expect(recorded == ["failed upstream.closed"])
    try await serving.stop()
  }

  @Test(
    "although it had kept it is tried once more, and only then",
    arguments: [
      (ScriptedRegistry.Step.closeAfterHead, "201 created", "published"), (.closeAfterBody, "201 created", "published"),
      (.answerHalf, "502", "failed upstream.closed"),
    ])
  func kept(step: ScriptedRegistry.Step, response: String, outcome: String) async throws {
    let serving = try await SampleServing.start(ScriptedRegistry(.created, step))
    let client = try await serving.client()
    client.send(try SampleServing.put(Self.body, to: "first"))
    #expect(await client.responses(1) == ["201 created"])
    client.send(try SampleServing.put(Self.body, to: "second"))
    let responses = await client.responses(2)
    #expect(responses.last?.hasPrefix(response) == true)
    let recorded = try await serving.outcomes()
    #expect(recorded == ["published", outcome])
    if outcome == "published" { #expect(serving.registry.requests.last?.body == Self.body && serving.registry.connections == 2) }
    try await serving.stop()
  }

  /// Keeps an event loop from doing anything.
  private static func hold(_ eventLoop: any EventLoop) async -> DispatchSemaphore {
    let gate = DispatchSemaphore(value: 0)
    await withCheckedContinuation { continuation in
      eventLoop.execute {
        continuation.resume()
        gate.wait()
      }
    }
    return gate
  }

  /// The first part of the body is hashed at once and sent. Of what the gateway finds then in one turn of its loop, the second part is hashed by another
  /// thread while the end of the registry's connection is noticed.
  @Test(
    "although it had kept it, while a piece is hashed, loses nothing of that",
    arguments: [("1MiB", "201 created", "published"), ("1KiB", "502", "failed upstream.closed")])
  func hashing(kept: String, response: String, outcome: String) async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let registry = ScriptedRegistry(.created, .silence)
    let serving = try await SampleServing.start(registry, on: group.next()) { $0.top = "server: {limits: {spool_memory: \(kept)}}" }
    let client = try await serving.client()
    client.send(try SampleServing.put(Self.body, to: "first"))
    #expect(await client.responses(1) == ["201 created"])
    let body = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }
    let request = try SampleServing.put(body, to: "second")
    try await client.sendWhole(Array(request.dropLast(35_000)))
    await registry.received(Self.body.count + 65_000)
    let gate = await Self.hold(group.next())
    try await client.sendWhole(Array(request.suffix(35_000)))
    try await registry.endConnections()
    gate.signal()
    #expect(await client.responses(2).last?.hasPrefix(response) == true)
    await client.close()
    let recorded = try await serving.outcomes()
    #expect(recorded == ["published", outcome])
    if outcome == "published" {
      #expect(registry.requests.last?.body == body)
      #expect(try serving.gateway.records().last?["artifact.hash"]?.string?.text.hasSuffix(SHA256.digest(of: body).hex) == true)
    } else {
      #expect(registry.requests.count == 1)
    }
    try await serving.stop()
    try await group.shutdownGracefully()
  }

  @Test("is not tried once more with a body that is not kept") func tooLarge() async throws {
    let serving = try await SampleServing.start(ScriptedRegistry(.created, .closeAfterBody))
    let client = try await serving.client()
    client.send(try SampleServing.put(Self.body, to: "first"))
    #expect(await client.responses(1) == ["201 created"])
    client.send(try SampleServing.put([UInt8](repeating: 1, count: 1 << 20), to: "second"))
    #expect(await client.responses(2).last?.hasPrefix("502 ") == true)
    #expect(serving.registry.connections == 1)
    try await serving.stop()
  }

  @Test(
    "or answers before it was sent everything is heard at once",
    arguments: [(403, "403 no", "failed upstream.refused"), (201, "502", "failed upstream.early-success")])
  func early(status: Int, response: String, outcome: String) async throws {
    let serving = try await SampleServing.start(ScriptedRegistry(.answerEarly(ScriptedRegistry.response(status, "no"))))
    let client = try await serving.client()
    // The end of the body never comes.
    client.send(Array(try SampleServing.put([UInt8](repeating: 1, count: 1 << 20)).dropLast(10)))
    #expect(await client.responses(1).first?.hasPrefix(response) == true)
    await client.close()
    let recorded = try await serving.outcomes()
    #expect(recorded == [outcome])
    try await serving.stop()
  }
}
