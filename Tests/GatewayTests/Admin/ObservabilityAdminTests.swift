import Digests
import Observability
import PublisherPolicy
import StrictParsers
import TestSupport
import Testing

@testable import Gateway

@Suite("The admin listener") struct ObservabilityAdminTests {
  private static let ready = Readiness(
    configuration: ObservabilitySample.digest("configuration"), isListening: true, isStateAvailable: true, isAuditWritable: true,
    mayBeRecorded: true,
    issuers: [(IssuerName("github"), .stale)], registries: [(RegistryName("python"), .failing)],
    credentials: [(RegistryName("python"), false)], frozen: ["everything", "the registry python"])

  private func handler(_ readiness: Readiness = ready) -> AdminHandler {
    AdminHandler(readiness: { readiness }, metrics: { Array("numbers 1\n".utf8) })
  }

  @Test(
    "answers three paths, for reading",
    arguments: [
      ("GET", "/live", 200, "text/plain; charset=utf-8"), ("HEAD", "/live", 200, "text/plain; charset=utf-8"),
      ("GET", "/live?x=1", 200, "text/plain; charset=utf-8"), ("GET", "/ready", 200, "application/json"),
      ("GET", "/metrics", 200, "text/plain; version=0.0.4; charset=utf-8"),
      ("GET", "/metrics?name[]=x", 200, "text/plain; version=0.0.4; charset=utf-8"), ("POST", "/live", 405, "text/plain; charset=utf-8"),
      ("get", "/live", 405, "text/plain; charset=utf-8"), ("GET", "/", 404, "text/plain; charset=utf-8"),
      ("GET", "", 404, "text/plain; charset=utf-8"), ("GET", "/live/", 404, "text/plain; charset=utf-8"),
      ("GET", "/LIVE", 404, "text/plain; charset=utf-8"), ("GET", "/%6Cive", 404, "text/plain; charset=utf-8"),
    ] as [(ExactString, ExactString, Int, String)])
  func routes(method: ExactString, target: ExactString, status: Int, contentType: String) async {
    let answer = await handler().answer(method: method, target: target)
    #expect(answer.status == status)
    #expect(answer.contentType == contentType)
    #expect((answer.allow == nil) == (status != 405))
  }

  @Test("is ready only with configuration, listener, store and audit log, whatever issuers and registries do, and whatever is frozen")
  func readiness() async {
    var states: [(Readiness, Int)] = [(Self.ready, 200)]
    var other = Self.ready
    other.configuration = nil
    states.append((other, 503))
    other = Self.ready
    other.isListening = false
    states.append((other, 503))
    other = Self.ready
    other.isStateAvailable = false
    states.append((other, 503))
    other = Self.ready
    other.isAuditWritable = false
    states.append((other, 200))
    other.mayBeRecorded = false
    states.append((other, 503))
    for (state, status) in states { #expect(await handler(state).answer(method: "GET", target: "/ready").status == status) }
  }

  @Test("tells the configuration and what it knows of issuers and registries") func report() async {
    let body = await handler().answer(method: "GET", target: "/ready").body
    #expect(
      text(body) == """
        {"ready":true,"config.digest":"sha256:\(ObservabilitySample.digest("configuration").hex)","listener":"accepting","state":"available",\
        "audit":"writable","issuers":{"github":"stale"},"registries":{"python":"failing"},"credentials":{"python":"refused"},\
        "frozen":["everything","the registry python"]}

        """)
  }
}
