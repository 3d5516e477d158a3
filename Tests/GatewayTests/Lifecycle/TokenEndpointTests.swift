import StateStore
import StrictParsers
import Testing

@testable import Gateway

@Suite("The token endpoints") struct TokenEndpointTests {
  private static func post(_ path: String, _ body: String) -> String {
    "POST /_/oidc/\(path) HTTP/1.1\r\nHost: upload.example.com\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  private static func mint(_ token: String, package: String? = nil) -> String {
    post("mint-token", package.map { #"{"token": "\#(token)", "package": "\#($0)"}"# } ?? #"{"token": "\#(token)"}"#)
  }

  private static func object(_ response: String) throws -> JSONObject { try StrictJSON.parseObject(Array(response.utf8.dropFirst(4))) }

  @Test("give an upload token that publishes until it is burnt, and give it once") func life() async throws {
    let serving = try await SampleServing.start(ScriptedRegistry())
    let client = try await serving.client()
    client.send(Self.mint(try PublishSample.token()))
    let minted = try #require(await client.responses(1).last)
    let token = try #require(try Self.object(minted)["token"]?.string?.text)
    #expect(minted.hasPrefix("200 ") && token.hasPrefix("impr_"))
    client.send(Self.mint(try PublishSample.token()))
    #expect(await client.responses(2).last?.contains("invalid-reuse-token") == true)
    client.send(try SampleServing.put(PublishSample.bytes, token: token))
    #expect(await client.responses(3).last == "201 created")
    client.send(Self.post("burn-token", #"{"token": "\#(token)"}"#))
    #expect(await client.responses(4).last?.hasPrefix("202 ") == true)
    client.send(try SampleServing.put(PublishSample.bytes, token: token))
    #expect(await client.responses(5).last?.contains("credential.unknown-upload-token") == true)
    await client.close()
    #expect(
      try await serving.outcomes() == [
        "", "refused state.replayed", "published", "", "refused credential.unknown-upload-token",
      ])
    try await serving.stop()
  }

  @Test(
    "refuse what is no exchange",
    arguments: [
      ("{", "credential.malformed-exchange"), (#"{"token": 1}"#, "credential.malformed-exchange"),
      (#"{"token": "a.b.c"}"#, "token.malformed"),
    ])
  func malformed(body: String, code: String) async throws {
    let serving = try await SampleServing.start(ScriptedRegistry())
    let client = try await serving.client()
    client.send(Self.post("mint-token", body))
    #expect(await client.responses(1).first?.hasPrefix("422 ") == true)
    await client.close()
    let recorded = try await serving.outcomes()
    #expect(recorded == ["refused \(code)"])
    try await serving.stop()
  }

  @Test(
    "answer the end of a token alike, whatever is sent",
    arguments: [
      ("{", "credential.malformed-exchange"), (#"{"token": "x"}"#, "credential.unknown-upload-token"),
      (#"{"token": "a.b.c"}"#, "credential.unknown-upload-token"),
    ])
  func burnt(body: String, code: String) async throws {
    let serving = try await SampleServing.start(ScriptedRegistry())
    let client = try await serving.client()
    client.send(Self.post("burn-token", body))
    #expect(await client.responses(1).first?.hasPrefix("202 ") == true)
    await client.close()
    #expect(try await serving.outcomes() == ["refused \(code)"])
    try await serving.stop()
  }

  @Test("hold an upload token to the package that the exchange named") func package() async throws {
    let serving = try await SampleServing.start(ScriptedRegistry())
    let client = try await serving.client()
    client.send(Self.mint(try PublishSample.token(), package: "other"))
    let minted = try #require(await client.responses(1).last)
    let token = try #require(try Self.object(minted)["token"]?.string?.text)
    client.send(try SampleServing.put(PublishSample.bytes, token: token))
    #expect(await client.responses(2).last?.contains("scope.other-package") == true)
    try await serving.stop()
  }

  @Test("answer a frozen publisher's exchange with a refusal, and end the connection after five of them") func counted() async throws {
    let serving = try await SampleServing.start(ScriptedRegistry())
    serving.gateway.services.adopt([
      .init(scope: .publisher(PublishSample.publisher), why: "a leak", since: try PublishSample.time())
    ])
    let client = try await serving.client()
    for number in 1...5 {
      client.send(Self.mint(try PublishSample.token()))
      #expect(await client.responses(number).last?.contains("not-enabled") == true)
    }
    client.send(Self.mint(try PublishSample.token()))
    #expect(await client.read { _ in false }.contains("connection: close"))
    #expect(await client.responses(6).count == 5)
    try await serving.stop()
  }

  @Test("say for whom tokens must be made, to anybody") func audience() async throws {
    let serving = try await SampleServing.start(ScriptedRegistry())
    let client = try await serving.client()
    client.send("GET /_/oidc/audience HTTP/1.1\r\nHost: upload.example.com\r\n\r\n")
    #expect(await client.responses(1) == [#"200 {"audience":"example_pypi"}"#])
    client.send("GET /_/oidc/other HTTP/1.1\r\nHost: upload.example.com\r\nConnection: close\r\n\r\n")
    #expect(await client.responses(2).count == 2)
    await client.close()
    try await serving.stop()
  }
}
