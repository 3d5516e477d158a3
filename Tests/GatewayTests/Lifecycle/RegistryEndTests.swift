import StrictParsers
import Testing

@testable import Gateway

@Suite("A registry that ends its connection") struct RegistryEndTests {
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
