import NIOCore
import Observability
import PublisherPolicy
import RegistryClient
import RegistryProtocols
import StateStore
import StrictParsers
import TestSupport
import Testing
import TokenVerification

@testable import Gateway

@Suite("The end of a publish") struct PublishMachineOutcomeTests {
  private static let hashed = IntentOutcome.streamed(PublishSample.digests)

  @Test(
    "tells the store what became of the body",
    arguments: [
      (Situation.reserving, [Happening.inFlight], nil),
      (.awaitingFirstBytes, [.bodyFailed], IntentOutcome.released), (.loadingCredential, [.credentialUnreadable], .released),
      (.connecting, [.unreachable], .released), (.rechecking, [.tokenUnknown], .released), (.streaming, [.bodyFailed], .released),
      (.streaming, [.clientGone], .released), (.streamingEnd, [.clientGone], .released),
      (.streamingEnd, [.sentUnhashed, .clientGone], .streamed(nil)), (.streamingEnd, [.sentUnhashed, .sentWhole, .clientGone], hashed),
      (.streaming, [.timedOut], .released),
      (.streaming, [.answeredEarly, .judged], .streamed(nil)), (.streaming, [.answeredEarly, .judgedNo], .released),
      (.awaitingResponse, [.clientGone], hashed), (.awaitingResponse, [.timedOut], hashed), (.judging, [.judgedNo], hashed),
      (.judging, [.judged], hashed), (.streamingEnd, [.sentWithoutDigest, .timedOut], .streamed(nil)),
      (.reservingInspected, [.reserved, .credentialUnreadable], .bound), (.awaitingFirstOfSeveral, [.timedOut], .bound),
      (.connectingForSecondRequest, [.unreachable], .bound),
    ] as [(Situation, [Happening], IntentOutcome?)])
  func intent(situation: Situation, happenings: [Happening], outcome: IntentOutcome?) throws {
    var rehearsal = try situation.rehearsal()
    try rehearsal.handle(happenings)
    let conclusion = try #require(rehearsal.conclusions.first)
    #expect(conclusion.intent?.outcome == outcome)
    #expect(conclusion.intent?.id == outcome.map { _ in PublishSample.intent })
  }

  @Test(
    "is told in the words of the one who answered",
    arguments: [
      (Situation.recording, "relayed 201"), (.streaming, "refused 400"), (.inspecting, "refused 400"),
    ])
  func response(situation: Situation, expected: String) throws {
    var rehearsal = try situation.rehearsal()
    if situation != .recording { try rehearsal.handle(situation == .streaming ? .bodyFailed : .inspectionRefused) }
    #expect(try rehearsal.handle(.recorded).words == expected)
    for happening in Happening.allCases { #expect(try rehearsal.handle(happening).name == .wait) }
  }

  @Test("of several requests is the last one's, or what an exchange says of it")
  func several() throws {
    var rehearsal = try Situation.connectingForSecondRequest.rehearsal()
    #expect(try rehearsal.handle(.connectedFromPool).sent == "POST /there")
    #expect(try rehearsal.handle(.answered).name == .connect)
    #expect(try rehearsal.handle(.connectedAnew).sent == "GET /done")
    #expect(try rehearsal.handle(.answered).conclusion?.outcome == .published)
    #expect(try rehearsal.handle(.recorded).words == "local 204")
    rehearsal = try Situation.connectingForSecondRequest.rehearsal()
    try rehearsal.handle(.connectedFromPool, .answeredNo, .judgedNo)
    #expect(rehearsal.reason == "upstream.refused")
  }

  @Test(
    "says what the policy would have said, if it is only reported",
    arguments: [
      ([Happening.keys], nil), ([.keysMissing], "token.keys-unavailable"), ([.foreignKeys], "token.bad-signature"),
    ] as [([Happening], String?)])
  func reported(happenings: [Happening], reason: String?) throws {
    var rehearsal = try Rehearsal(.reported)
    try rehearsal.handle([.begin] + happenings + [.reserved, .body, .connectedAnew, .bodyEnded, .sentWhole, .answered, .judged])
    let conclusion = try #require(rehearsal.conclusions.first)
    #expect(conclusion.outcome.name == .reported && rehearsal.reason == reason)
    #expect(conclusion.record.facts.granted == (reason == nil) && conclusion.intent?.upload.use == nil)
  }

  @Test("of a frozen publisher that is only reported hinders nothing") func reportedFreeze() throws {
    var rehearsal = try Rehearsal(.reported)
    try rehearsal.world.freeze(.publisher(PublishSample.publisher))
    try rehearsal.handle(.begin, .keys, .reserved, .body, .connectedAnew, .bodyEnded, .sentWhole, .answered, .judged)
    #expect(rehearsal.conclusions.first?.outcome.name == .reported && rehearsal.reason == "state.frozen")
  }

  @Test("keeps the account of the publisher that it was admitted for") func share() throws {
    #expect(try Situation.awaitingKeys.rehearsal().machine.share == .unverified)
    #expect(try Situation.reserving.rehearsal().machine.share == .publisher(PublishSample.publisher))
    let legacy = try Rehearsal(.legacy).after(.begin)
    #expect(legacy.machine.share == .unverified && !legacy.machine.isOurs)
  }

  @Test("is refused for want of memory, however it is counted") func memory() throws {
    var settings = SampleUpload.streamed.settings
    settings.top = "server: {limits: {memory_total: 16MiB}}"
    var rehearsal = try Rehearsal(.streamed, settings: settings)
    try rehearsal.handle(.begin, .keys, .reserved)
    let other = rehearsal.budgets.memory.reservation(for: .publisher(PublishSample.publisher))
    try other.grow(by: 7 << 20)
    rehearsal.handle(event: .body(ByteBuffer(repeating: 1, count: 2 << 20)))
    #expect(rehearsal.reason == "memory.full" && rehearsal.conclusions.first?.intent?.outcome == .released)
  }
}

extension Rehearsal {
  /// The same, after these.
  func after(_ happenings: Happening...) throws -> Rehearsal {
    var copy = self
    try copy.handle(happenings)
    return copy
  }
}

extension PublishMachine.Action {
  /// Method and target of what is sent; `nil` if nothing is.
  var sent: String? { if case .send(let request, _, _) = self { "\(request.method.rawValue) \(request.target)" } else { nil } }

  /// What the client is answered; `nil` if it is not yet.
  var words: String? {
    guard case .respond(let response) = self else { return nil }
    return switch response {
    case .relayed(let answer): "relayed \(answer.status)"
    case .local(let answer): "local \(answer.status)"
    case .refused(let answer): "refused \(answer.status)"
    }
  }
}
