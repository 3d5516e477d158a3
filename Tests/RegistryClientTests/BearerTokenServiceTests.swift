import RegistryProtocols
import Secrets
import StrictParsers
import Synchronization
import Testing

@testable import PublisherPolicy
@testable import RegistryClient

@Suite("A registry's token service") struct BearerTokenServiceTests {
  /// A service that gives `token-1`, `token-2` and so on, and its clock.
  final class Service: Sendable {
    private struct State {
      var requests: [String] = []
      var given = 0
      var time = ContinuousClock.now
      var lifetime = 120
    }

    private let state = Mutex(State())
    private let greeting: String
    private let answer: String

    init(challenge: String = #"Bearer realm="http://registry:8081/token?a=b",service="my registry""#, answer: String = "200 OK") {
      greeting = "401 Unauthorized\r\nWWW-Authenticate: \(challenge)"
      self.answer = answer
    }

    /// One whose registry answers the read for the challenge so.
    init(greeting: String) {
      self.greeting = greeting
      answer = "200 OK"
    }

    /// Where each request went, its line and whether it held the credential.
    var requests: [String] { state.withLock { $0.requests } }

    func setLifetime(_ seconds: Int) { state.withLock { $0.lifetime = seconds } }
    func advance(by seconds: Int) { state.withLock { $0.time += .seconds(seconds) } }

    func tokens(configured: BearerTokenService.Location? = nil, service: ExactString? = nil) -> BearerTokenService {
      BearerTokenService(
        challenge: .init(authority: "registry:8081", target: "/v2/"), configured: configured, service: service,
        registryOrigin: "http://registry:8081",
        now: { self.state.withLock { $0.time } })
    }

    func respond(_ request: TokenServiceRequest) throws(UpstreamFailure) -> TokenServiceAnswer {
      let head = String(decoding: request.head.bytes, as: UTF8.self)
      let line = head.split(separator: " HTTP/1.1")[0]
      let isKnown = head.contains("\r\nauthorization: Basic c3ZjOnNlY3JldA==\r\n")
      let (number, lifetime) = state.withLock { state in
        state.requests.append("\(request.place) \(line)\(isKnown ? " with the credential" : "")")
        if isKnown { state.given += 1 }
        return (state.given, state.lifetime)
      }
      let isChallenge = line.hasSuffix("/v2/")
      return TokenServiceAnswer(
        try Self.responseHead(isChallenge ? greeting : answer),
        body: Array((isChallenge ? "" : #"{"token":"token-\#(number)","expires_in":\#(lifetime)}"#).utf8))
    }

    private static func responseHead(_ text: String) throws(UpstreamFailure) -> ResponseHead {
      var parser = ResponseHeadParser(answering: .get)
      let lines = Array("HTTP/1.1 \(text)\r\nContent-Length: 0\r\n\r\n".utf8)
      guard let step = try? parser.feed(lines.span), case .head(let head, _) = step else { throw .malformedAnswer }
      return head
    }
  }

  private static let credential = ServiceCredential(
    fieldName: "authorization", fieldValue: Secret(Array("Basic c3ZjOnNlY3JldA==".utf8)), secrets: [Secret(Array("secret".utf8))])
  private static let permit = CredentialPermit.probe(
    ProbePermit(about: PublishTarget(registry: RegistryName("r"), package: .init(canonical: "p"), version: nil, file: "f")))

  private static func token(
    of tokens: BearerTokenService, _ scopes: [ExactString] = ["a:b,c"], by credential: ServiceCredential = credential, from service: Service
  ) async throws -> ServiceCredential {
    try await tokens.credential(for: scopes, by: credential, under: permit) { request async throws(UpstreamFailure) in
      try service.respond(request)
    }
  }

  /// The field that a request with the credential has.
  private static func field(_ credential: ServiceCredential) -> String? {
    let head = UpstreamHead(askingForTokenAt: "/", authority: "a", credential: credential)
    return String(decoding: head.bytes, as: UTF8.self).split(separator: "\r\n").last.map(String.init)
  }

  @Test("is asked where the challenge says, with the credential, and its token kept until shortly before its end") func life() async throws
  {
    let service = Service()
    let tokens = service.tokens()
    let first = try await Self.token(of: tokens, from: service)
    #expect(Self.field(first) == "authorization: Bearer token-1")
    #expect(
      service.requests == ["registry GET /v2/", "registry GET /token?a=b&service=my%20registry&scope=a%3Ab%2Cc with the credential"])
    service.advance(by: 89)
    #expect(Self.field(try await Self.token(of: tokens, from: service)) == "authorization: Bearer token-1")
    service.advance(by: 2)
    #expect(Self.field(try await Self.token(of: tokens, from: service)) == "authorization: Bearer token-2")
  }

  @Test("gives a token for each set of scopes, and another one to another credential") func scopes() async throws {
    let service = Service()
    let tokens = service.tokens()
    _ = try await Self.token(of: tokens, ["a"], from: service)
    #expect(Self.field(try await Self.token(of: tokens, ["a", "b"], from: service)) == "authorization: Bearer token-2")
    #expect(service.requests.last == "registry GET /token?a=b&service=my%20registry&scope=a&scope=b with the credential")
    let rotated = ServiceCredential(fieldName: "authorization", fieldValue: Secret(Array("Basic other".utf8)), secrets: [])
    _ = try await Self.token(of: tokens, ["a"], by: rotated, from: service)
    #expect(service.requests.count == 6)
  }

  @Test("is asked anew once a token was refused") func forgotten() async throws {
    let service = Service()
    let tokens = service.tokens()
    let first = try await Self.token(of: tokens, from: service)
    tokens.forget(first)
    let second = try await Self.token(of: tokens, from: service)
    tokens.forget(first)
    #expect(Self.field(try await Self.token(of: tokens, from: service)) == Self.field(second))
  }

  @Test("has few tokens kept: the oldest goes first, and what has expired before it") func bounds() async throws {
    let service = Service()
    let tokens = service.tokens()
    /// Whether the service was asked for the token of this scope.
    func asks(_ scope: Int) async throws -> Bool {
      let before = service.requests.count
      _ = try await Self.token(of: tokens, [ExactString("\(scope)")], from: service)
      return service.requests.count != before
    }
    service.setLifetime(3600)
    for scope in 1...2 { #expect(try await asks(scope)) }
    service.setLifetime(120)
    for scope in 3...BearerTokenService.mostEntries { #expect(try await asks(scope)) }
    service.advance(by: 100)
    #expect(try await asks(0))
    for scope in 0...2 { #expect(try await !asks(scope)) }
    service.setLifetime(3600)
    for scope in 1000..<(1000 + BearerTokenService.mostEntries - 2) { #expect(try await asks(scope)) }
    #expect(try await !asks(2))
    #expect(try await asks(1))
  }

  @Test("is asked once by many at a time") func together() async throws {
    let service = Service()
    let tokens = service.tokens()
    let fields = try await withThrowingTaskGroup { group in
      for _ in 0..<64 { group.addTask { Self.field(try await Self.token(of: tokens, from: service)) } }
      return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
    }
    #expect(fields == ["authorization: Bearer token-1"] && service.requests.count == 2)
  }

  @Test("hides the token and the credential") func secrets() async throws {
    let service = Service()
    let token = try await Self.token(of: service.tokens(), from: service)
    for text in ["a secret!", "c3ZjOnNlY3JldA==", "my token-1"] { #expect(token.scan.finding(in: Array(text.utf8)) == .whole) }
    #expect(token.scan.finding(in: Array("Bearer".utf8)) == .nothing)
  }

  @Test("stands where the operator states it, and nowhere else but at the registry's origin")
  func places() async throws {
    let elsewhere = Service(challenge: #"Bearer realm="http://elsewhere/token""#)
    await #expect(throws: UpstreamFailure.foreignTokenService) { try await Self.token(of: elsewhere.tokens(), from: elsewhere) }
    #expect(elsewhere.requests == ["registry GET /v2/"])
    let stated = elsewhere.tokens(configured: .init(authority: "auth", target: "/t"))
    _ = try await Self.token(of: stated, from: elsewhere)
    #expect(elsewhere.requests.last == "service GET /t?scope=a%3Ab%2Cc with the credential")
  }

  @Test(
    "is asked for no other service's tokens than the one that the operator states",
    arguments: [(#",service="ours""#, true), (#",service="theirs""#, false), ("", true)])
  func names(parameter: String, isTaken: Bool) async throws {
    for place in [nil, BearerTokenService.Location(authority: "auth", target: "/token")] {
      let service = Service(challenge: #"Bearer realm="http://registry:8081/token"\#(parameter)"#)
      let tokens = service.tokens(configured: place, service: "ours")
      if isTaken {
        _ = try await Self.token(of: tokens, from: service)
        #expect(service.requests.last?.hasSuffix("GET /token?service=ours&scope=a%3Ab%2Cc with the credential") == true)
      } else {
        await #expect(throws: UpstreamFailure.foreignTokenService) { try await Self.token(of: tokens, from: service) }
        #expect(service.requests == ["registry GET /v2/"])
      }
    }
  }

  @Test(
    "that gives none is a failure, which is not kept",
    arguments: [
      ("401 Unauthorized", .credentialRefused), ("403 Forbidden", .credentialRefused), ("500 Oops", .noToken(status: 500)),
      ("302 Found", .noToken(status: 302)),
    ] as [(String, UpstreamFailure)])
  func failures(answer: String, failure: UpstreamFailure) async throws {
    let service = Service(answer: answer)
    let tokens = service.tokens()
    for _ in 1...2 { await #expect(throws: failure) { try await Self.token(of: tokens, from: service) } }
    #expect(service.requests.count == 4)
  }

  @Test("is not asked if the registry asks for no token", arguments: ["Basic realm=x"]) func basic(challenge: String) async throws {
    let service = Service(challenge: challenge)
    #expect(Self.field(try await Self.token(of: service.tokens(), from: service)) == "authorization: Basic c3ZjOnNlY3JldA==")
  }

  /// Answers that hold no challenge, and whether they say that there is no token service.
  private static let greetings: [(String, Bool)] = [
    ("200 OK", true), ("204 No Content", true), ("401 Unauthorized", true), ("401 Unauthorized\r\nWWW-Authenticate: Basic realm=x", true),
    ("301 Moved", false), ("403 Forbidden", false), ("403 Forbidden\r\nWWW-Authenticate: Bearer realm=\"/t\"", false),
    ("404 Not Found", false), ("429 Slow Down", false), ("503 Out", false),
  ]

  @Test("is believed to be missing only by a success or another challenge, and never where the operator states it", arguments: greetings)
  func missing(greeting: String, isBelieved: Bool) async throws {
    let service = Service(greeting: greeting)
    let failure = UpstreamFailure.noToken(status: try #require(Int(greeting.prefix(3))))
    let tokens = service.tokens()
    for _ in 1...2 {
      if isBelieved {
        #expect(Self.field(try await Self.token(of: tokens, from: service)) == "authorization: Basic c3ZjOnNlY3JldA==")
      } else {
        await #expect(throws: failure) { try await Self.token(of: tokens, from: service) }
      }
    }
    #expect(service.requests.count == (isBelieved ? 1 : 2))
    let stated = service.tokens(configured: .init(authority: "auth", target: "/t"))
    await #expect(throws: failure) { try await Self.token(of: stated, from: service) }
  }

  @Test("is asked for again once the registry did not take the credential itself") func forgottenCredential() async throws {
    let service = Service(greeting: "200 OK")
    let tokens = service.tokens()
    tokens.forget(try await Self.token(of: tokens, from: service))
    _ = try await Self.token(of: tokens, from: service)
    #expect(service.requests == ["registry GET /v2/", "registry GET /v2/"])
  }

  @Test("is not guessed from a challenge that is not understood", arguments: ["Bearer", "Bearer realm=x,realm=y"])
  func malformed(challenge: String) async throws {
    let service = Service(challenge: challenge)
    await #expect(throws: UpstreamFailure.malformedAnswer) { try await Self.token(of: service.tokens(), from: service) }
  }
}
