package import NIOCore
import StrictParsers

/// What a CI job does with a gateway, step by step: one publish, and three refusals.
package struct Tour: Sendable {
  package static let audience = "demo_python"
  package static let package = "acme-widgets"

  private let issuer: Issuer
  private let registry: LegacyRegistry
  private let gatewayPort: Int
  private let client: LoopbackClient
  private let say: @Sendable (String) -> Void

  package init(
    issuer: Issuer, registry: LegacyRegistry, gatewayPort: Int, on group: any EventLoopGroup, say: @escaping @Sendable (String) -> Void
  ) {
    self.issuer = issuer
    self.registry = registry
    self.gatewayPort = gatewayPort
    self.client = LoopbackClient(group: group)
    self.say = say
  }

  /// Whether each step went as it should.
  package func run() async throws -> Bool {
    var isFine = true
    for step in [theRegistryAlone, publish, anotherWorkflow, anExchangedTokenAgain, aPackageOutOfScope] {
      if try await !step() { isFine = false }
    }
    return isFine
  }

  // MARK: - Steps

  private func theRegistryAlone() async throws -> Bool {
    let wheel = SampleWheel(name: Self.package, version: "1.0.0")
    let answer = try await upload(wheel, with: try issuer.token(audience: Self.audience), to: registry.url)
    return report("The registry itself knows nothing of tokens", answer, is: answer.status == 401)
  }

  private func publish() async throws -> Bool {
    let wheel = SampleWheel(name: Self.package, version: "1.0.0")
    let answer = try await upload(wheel, with: try issuer.token(audience: Self.audience))
    let isThere = registry.content(of: wheel.fileName) == wheel.bytes
    return report("Through the gateway, the job's token publishes \(wheel.fileName)", answer, is: answer.status == 200 && isThere)
  }

  private func anotherWorkflow() async throws -> Bool {
    var job = CIJob()
    job.workflow = "test.yml"
    let wheel = SampleWheel(name: Self.package, version: "1.0.1")
    let answer = try await upload(wheel, with: try issuer.token(for: job, audience: Self.audience))
    return report("Another workflow of the same repository", answer, is: isRefusal(answer, "publisher.claim-mismatch", wheel))
  }

  private func anExchangedTokenAgain() async throws -> Bool {
    let body = JSONObject([.init("token", ExactString(try issuer.token(audience: Self.audience)))]).encoded()
    let first = try await exchange(body)
    let second = try await exchange(body)
    let isFine = first.status == 200 && second.status == 422 && second.text.contains("invalid-reuse-token")
    return report("A token that is exchanged twice", second, is: isFine)
  }

  private func aPackageOutOfScope() async throws -> Bool {
    let wheel = SampleWheel(name: "somebody-elses", version: "1.0.0")
    let answer = try await upload(wheel, with: try issuer.token(audience: Self.audience))
    return report("A package that is not this publisher's", answer, is: isRefusal(answer, "scope.package-not-allowed", wheel))
  }

  // MARK: - Requests

  private func upload(_ wheel: SampleWheel, with token: String) async throws -> LoopbackClient.Answer {
    try await upload(wheel, with: token, to: "http://127.0.0.1:\(gatewayPort)")
  }

  private func upload(_ wheel: SampleWheel, with token: String, to url: String) async throws -> LoopbackClient.Answer {
    let port = Int(url.split(separator: ":").last ?? "") ?? 0
    let (type, body) = try wheel.form()
    return try await client.post(body, type: type, password: token, to: port, path: "/")
  }

  private func exchange(_ body: [UInt8]) async throws -> LoopbackClient.Answer {
    try await client.post(body, type: "application/json", password: nil, to: gatewayPort, path: "/_/oidc/mint-token")
  }

  private func isRefusal(_ answer: LoopbackClient.Answer, _ code: String, _ wheel: SampleWheel) -> Bool {
    answer.status == 403 && answer.text.contains(code) && registry.content(of: wheel.fileName) == nil
  }

  private func report(_ step: String, _ answer: LoopbackClient.Answer, is fine: Bool) -> Bool {
    say("\(fine ? "ok  " : "FAIL") \(step): \(answer.status) \(answer.sentence)")
    return fine
  }
}

extension LoopbackClient.Answer {
  /// What a person is shown of it.
  fileprivate var sentence: String {
    let object = try? StrictJSON.parseObject(body)
    let reason = object?["errors"]?.array?.first?.object?["description"]?.string ?? object?["message"]?.string
    return reason?.text ?? String(text.prefix { $0 != "\n" })
  }
}
