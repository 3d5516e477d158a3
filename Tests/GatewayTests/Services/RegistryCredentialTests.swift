import Configuration
import NIOPosix
import RegistryClient
import RegistryProtocols
import StrictParsers
import Testing

@testable import Gateway
@testable import PublisherPolicy

@Suite("What a request to a registry bears") struct RegistryCredentialTests {
  private static func credential(of registry: Registry, _ services: GatewayServices) async throws -> ServiceCredential {
    let request = RoutedRequest(try SampleUpload.streamed.head(), RoutedPath(raw: "/a", segments: ["a"], query: nil))
    let connector = UpstreamConnector(gateway: services, registry: registry.name, share: .unverified, limits: Limits())
    let credential = try await registry.credential(
      for: .package(PublishSample.target.package), request, under: .probe(ProbePermit(about: PublishSample.target)), connector,
      on: MultiThreadedEventLoopGroup.singleton.any())
    return try #require(credential)
  }

  @Test("is a token of the registry's own service, if it has one, until that is refused") func token() async throws {
    let challenge = ScriptedRegistry.Step.answer(ScriptedRegistry.response(401, "", "WWW-Authenticate: Bearer realm=\"/token\"\r\n"))
    let given = ScriptedRegistry.Step.answer(ScriptedRegistry.response(200, #"{"token":"given-token"}"#))
    let serving = try await SampleServing.start(ScriptedRegistry(challenge, given, challenge, given))
    let services = serving.gateway.services
    let plain = services.configuration.registries[0]
    let authority = plain.origin.authority
    let tokens = BearerTokenService(
      challenge: .init(authority: authority, target: "/hello"), configured: nil, registryOrigin: "http://\(authority)")
    let registry = Registry(
      settings: plain.settings, protocol: plain.protocol, origin: plain.origin, openOrigin: plain.openOrigin, credential: plain.credential,
      tokens: .init(service: tokens, origin: nil), standing: plain.standing, probe: plain.probe, address: plain.address, publicOrigin: nil)
    for _ in 1...2 {
      for _ in 1...2 {
        let credential = try await Self.credential(of: registry, services)
        #expect(credential.scan.finding(in: Array("a given-token".utf8)) == .whole)
        #expect(credential.scan.finding(in: Array("not-a-real-secret".utf8)) == .whole)
      }
      #expect(registry.forgetToken(try await Self.credential(of: registry, services)))
    }
    let lines = serving.registry.requests.map { String($0.head.prefix { $0 != "\r\n" }) }
    #expect(lines == ["GET /hello HTTP/1.1", "GET /token HTTP/1.1", "GET /hello HTTP/1.1", "GET /token HTTP/1.1"])
    #expect(serving.registry.requests.map { $0.head.contains("not-a-real-secret") } == [false, true, false, true])
    try await serving.stop()
  }

  @Test("is else the service credential itself, which is never forgotten") func plain() async throws {
    let serving = try await SampleServing.start(ScriptedRegistry())
    let registry = serving.gateway.services.configuration.registries[0]
    let credential = try await Self.credential(of: registry, serving.gateway.services)
    #expect(!registry.forgetToken(credential) && serving.registry.connections == 0)
    try await serving.stop()
  }
}
