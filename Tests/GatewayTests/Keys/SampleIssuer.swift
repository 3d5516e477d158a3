import Configuration
import StrictParsers
import Synchronization
import Testing
import TokenVerification

@testable import Gateway

/// An issuer that a test scripts, and the clock by which its keys are judged.
final class SampleIssuer: KeyFetching {
  static let url: ExactString = "https://issuer.example"
  static let discoveryURL = "https://issuer.example/.well-known/openid-configuration"
  static let keysURL = "https://issuer.example/keys"
  /// 2026-11-22T13:00:00Z
  static let start: Int64 = 1_795_352_400

  private struct State: Sendable {
    var seconds = SampleIssuer.start
    var documents: [String: Result<FetchedDocument, FetchFailure>] = [:]
    var fetched: [String] = []
    var deadlines: [ContinuousClock.Instant] = []
    var events: [KeyEvent] = []
  }

  private let state = Mutex(State())
  private let gate = Gate()

  /// Publishes these keys, and a discovery document that leads to them.
  init(_ ids: String...) {
    publish(discovery: Self.discovery())
    publish(ids)
  }

  // MARK: - What it says

  func publish(_ ids: [String], maxAge: Int64? = nil) { publish(keys: Self.keys(ids), maxAge: maxAge) }
  func publish(keys: String, maxAge: Int64? = nil) { answer(Self.keysURL, .success(.init(body: Array(keys.utf8), maxAge: maxAge))) }
  func publish(discovery: String) { answer(Self.discoveryURL, .success(.init(body: Array(discovery.utf8), maxAge: nil))) }
  func fail(_ failure: FetchFailure = .timedOut) { answer(Self.keysURL, .failure(failure)) }

  func answer(_ url: String, _ answer: Result<FetchedDocument, FetchFailure>) { state.withLock { $0.documents[url] = answer } }

  static func discovery(issuer: String = "\(url)", keys: String = keysURL) -> String {
    #"{"issuer": "\#(issuer)", "jwks_uri": "\#(keys)", "response_types_supported": ["id_token"]}"#
  }

  /// A set in which the key of RFC 8037, appendix A.2, stands under each of these ids.
  static func keys(_ ids: [String]) -> String { #"{"keys": [\#(ids.map { key($0) }.joined(separator: ", "))]}"# }

  static func key(_ id: String) -> String {
    #"{"kid": "\#(id)", "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#
  }

  // MARK: - Who asks it

  /// The keys as the gateway has them, whose pauses after failures are as long as they may be.
  func keys(_ source: KeySource? = nil) throws -> IssuerKeys {
    let discovery = KeySource.discovery(try #require(KeyURL(Self.url)), known: nil)
    return IssuerKeys(issuer: Self.url, source: source ?? discovery, fetcher: self, now: { self.now }, pick: { $0.upperBound }) { event in
      self.state.withLock { $0.events.append(event) }
    }
  }

  func fetch(_ url: KeyURL, until deadline: ContinuousClock.Instant) async throws(FetchFailure) -> FetchedDocument {
    let answer = state.withLock { state in
      state.fetched.append(url.text.text)
      state.deadlines.append(deadline)
      return state.documents[url.text.text] ?? .failure(.status(404))
    }
    await gate.pass()
    return try answer.get()
  }

  /// Lets no answer out until it is opened again.
  func hold() { gate.close() }
  func release() { gate.open() }
  /// Returns when somebody waits for an answer.
  func hasVisitor() async { await gate.hasVisitor() }

  // MARK: - What was seen

  var now: UnixTime { UnixTime(state.withLock { $0.seconds }) ?? .latest }
  func advance(by seconds: Int64) { state.withLock { $0.seconds += seconds } }

  /// The URLs that were asked for since the last call.
  func takeFetched() -> [String] {
    state.withLock { state in
      defer { state.fetched = [] }
      return state.fetched
    }
  }

  /// How often the keys were asked for since the last call.
  func takeRefreshes() -> Int { takeFetched().count { $0 == Self.keysURL } }

  var deadlines: [ContinuousClock.Instant] { state.withLock { $0.deadlines } }
  var events: [KeyEvent] { state.withLock { $0.events } }
}
