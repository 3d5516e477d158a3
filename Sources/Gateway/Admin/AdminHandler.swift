import Digests
package import Observability
import PublisherPolicy
package import StrictParsers

/// The admin listener's answers: `/live`, `/ready`, `/metrics`.
package struct AdminHandler: Sendable {
  package struct Answer: Hashable, Sendable {
    package let status: Int
    package let contentType: String
    package let body: [UInt8]
    /// The `Allow` field of a 405.
    package let allow: String?
  }

  private let readiness: @Sendable () async -> Readiness
  private let metrics: @Sendable () async -> [UInt8]

  /// - Parameters:
  ///   - readiness: Asked at each `/ready`; it probes the state store.
  ///   - metrics: The exposition, once the gauges that are only read here are set.
  package init(readiness: @escaping @Sendable () async -> Readiness, metrics: @escaping @Sendable () async -> [UInt8]) {
    self.readiness = readiness
    self.metrics = metrics
  }

  /// The answer to a request, of which the caller leaves out the body where the method is HEAD. A query changes nothing.
  package func answer(method: ExactString, target: ExactString) async -> Answer {
    let route: Route
    switch target.utf8.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false).first.map(Array.init) {
    case Array("/live".utf8): route = .live
    case Array("/ready".utf8): route = .ready
    case Array("/metrics".utf8): route = .metrics
    default: return .text(404, "there are /live, /ready and /metrics here\n")
    }
    guard method == "GET" || method == "HEAD" else {
      return Answer(status: 405, contentType: Answer.plain, body: Array("only GET and HEAD\n".utf8), allow: "GET, HEAD")
    }
    switch route {
    case .live: return .text(200, "live\n")
    case .ready: return Answer(await readiness())
    case .metrics: return Answer(status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8", body: await metrics(), allow: nil)
    }
  }

  private enum Route { case live, ready, metrics }
}

extension AdminHandler.Answer {
  fileprivate static let plain = "text/plain; charset=utf-8"

  fileprivate static func text(_ status: Int, _ text: String) -> Self {
    Self(status: status, contentType: plain, body: Array(text.utf8), allow: nil)
  }

  fileprivate init(_ readiness: Readiness) {
    var line = JSONLine()
    line.member("ready", readiness.isReady)
    line.member("config.digest", readiness.configuration)
    line.member("listener", readiness.isListening ? "accepting" : "closed")
    line.member("state", readiness.isStateAvailable ? "available" : "unavailable")
    line.member("audit", readiness.isAuditWritable ? "writable" : "unwritable")
    line.member("issuers", .states(readiness.issuers.map { ($0.name.description, $0.state.rawValue) }))
    line.member("registries", .states(readiness.registries.map { ($0.name.description, $0.state.rawValue) }))
    line.member("credentials", .states(readiness.credentials.map { ($0.name.description, $0.isAccepted ? "accepted" : "refused") }))
    line.member("frozen", .array(readiness.frozen.map { .string(ExactString($0)) }))
    self.init(status: readiness.isReady ? 200 : 503, contentType: "application/json", body: line.finish(), allow: nil)
  }
}

extension JSONValue {
  fileprivate static func states(_ states: [(name: String, state: String)]) -> JSONValue {
    .object(JSONObject(states.map { .init(ExactString($0.name), .string(ExactString($0.state))) }))
  }
}
