import NIOCore
import PublisherPolicy
import RegistryClient
import StateStore
import TestSupport
import Testing

@testable import Gateway

@Suite("A random walk through a publish") struct PublishMachineWalkTests {
  private static let walks = 1000
  private static let longest = 60

  /// What usually follows an action, and what may follow it as well.
  private static func answers(to action: PublishMachine.Action.Name) -> [Happening] {
    switch action {
    case .fetchKeys: [.keys, .keys, .keys, .keys, .keysMissing, .foreignKeys]
    case .lookUpToken: [.tokenFound, .tokenFound, .tokenFound, .tokenFound, .tokenFound, .tokenFound, .tokenUnknown, .tokenStoreFails]
    case .recallPins: [.pinsUnchanged, .pinsOfThis, .pinsOfThis, .pinsOfAnother, .pinStoreFails]
    case .readBody: [.body, .body, .body, .bodyAwaited, .bodyEnded, .bodyEnded, .bodyFailed, .bodyTooSlow, .clientGone]
    case .spool: [.spooled, .spooled, .spooled, .spoolFull]
    case .finishSpool: [.artifact, .artifact, .artifactLost]
    case .inspect: [.inspected, .inspected, .inspectionRefused]
    case .probe: [.absent, .absent, .absent, .absent, .absent, .exists, .exists, .exists, .unknown, .probeFails]
    case .reserve:
      [.reserved, .reserved, .reserved, .reserved, .reserved, .reserved, .alreadyBound, .inFlight, .reservedForAnother, .storeFails]
    case .loadCredential: [.credentialLoaded, .credentialLoaded, .credentialLoaded, .credentialUnreadable]
    case .connect: [.connectedFromPool, .connectedFromPool, .connectedAnew, .connectedAnew, .unreachable]
    case .send, .forward: [.upstreamReady, .upstreamReady, .upstreamReady] + answersOfRegistry
    case .finishBody: [.sentWhole, .sentWhole, .sentUnhashed, .sentWithoutDigest] + answersOfRegistry
    case .awaitResponse: answersOfRegistry
    case .judge: [.judged, .judged, .judgedNo, .judgedUnfit]
    case .record: [.recorded]
    case .respond, .wait: Happening.allCases
    }
  }

  private static let answersOfRegistry: [Happening] = [
    .answered, .answered, .answeredNo, .answeredEarly, .refusedCredential, .unexpected, .closedUnanswered, .closedAnswering, .timedOut,
    .clientGone,
  ]

  private static let changes: [Change] = [
    .freezePublisher, .freezeRegistry, .freezeOther, .reloadOtherPolicy, .reloadOtherRegistry, .reloadWithoutPublisher,
    .reloadOtherPublisher, .tokenExpires,
  ]

  @Test("breaks none of the rules that every publish keeps") func walk() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededRandom(seed: seed)
    var seen: Set<PublishMachine.State.Name> = []
    var ends: Set<String> = []
    for number in 0..<Self.walks {
      let upload = SampleUpload.allCases[number % SampleUpload.allCases.count]
      var walk = try Walk(upload)
      var action = try walk.take(.begin)
      for _ in 0..<Self.longest where walk.rehearsal.state != .done {
        if Int.random(in: 0..<40, using: &random) == 0, let change = Self.changes.randomElement(using: &random) {
          try walk.change(change)
        }
        let isStray = Int.random(in: 0..<10, using: &random) == 0
        let choice = isStray ? Happening.allCases : Self.answers(to: action.name)
        let next = try walk.take(choice.randomElement(using: &random) ?? .recorded)
        // An event that means nothing leaves the last action to be answered.
        if next.name != .wait { action = next }
        seen.insert(walk.rehearsal.state)
      }
      try walk.finish()
      ends.insert(walk.rehearsal.reason ?? "published")
      try #require(walk.faults.isEmpty, "seed \(seed), walk \(number), \(upload): \(walk.faults)\n\(walk.path.joined(separator: " "))")
    }
    // It gets about: otherwise it would prove nothing.
    #expect(seen.union([.created]) == Set(PublishMachine.State.Name.allCases), "seed \(seed)")
    #expect(ends.count > 20 && ends.contains("published"), "seed \(seed): \(ends.sorted())")
  }
}

/// One publish that is watched.
private struct Walk {
  private(set) var rehearsal: Rehearsal
  private(set) var path: [String] = []
  private(set) var faults: [String] = []
  private var reserved: IntentID?
  private var nextIntent: Int64 = 1
  private var hasResponded = false

  init(_ upload: SampleUpload) throws { rehearsal = try Rehearsal(upload) }

  mutating func change(_ change: Change) throws {
    path.append("[\(change)]")
    try change.apply(to: rehearsal.world, rehearsal.upload)
  }

  mutating func take(_ happening: Happening) throws -> PublishMachine.Action {
    path.append("\(happening)")
    let before = rehearsal.state
    var event = try happening.event(rehearsal.budgets)
    if happening == .reserved { event = .reserved(.success(.reserved(IntentID(nextIntent)))) }
    let action = rehearsal.handle(event: event)
    if happening == .reserved, before == .reserving {
      reserved = IntentID(nextIntent)
      nextIntent += 1
    }
    check(action)
    return action
  }

  /// Takes the publish to its end, however it stands.
  mutating func finish() throws {
    // Whatever it waits for fails.
    let failures: [Happening] = [
      .keysMissing, .tokenStoreFails, .pinStoreFails, .bodyFailed, .artifactLost, .inspectionRefused, .probeFails, .storeFails,
      .credentialUnreadable, .unreachable, .timedOut, .judgedUnfit, .recorded,
    ]
    for _ in 0..<4 where rehearsal.state != .done {
      for happening in failures where rehearsal.state != .done { _ = try take(happening) }
    }
    if rehearsal.state != .done { faults.append("it has no end") }
    if rehearsal.conclusions.count != 1 { faults.append("\(rehearsal.conclusions.count) records") }
  }

  private mutating func check(_ action: PublishMachine.Action) {
    if hasResponded, action.name != .wait { faults.append("\(action.name) after the response") }
    switch action {
    case .send(_, let permit, _): checkPermit(permit)
    case .forward, .finishBody: if reserved == nil { faults.append("a byte without a reservation") }
    case .record(let conclusion):
      if conclusion.intent?.id != reserved {
        faults.append("recorded \(String(describing: conclusion.intent?.id)), reserved \(String(describing: reserved))")
      }
    case .respond: hasResponded = true
    default: break
    }
  }

  /// What goes out is what the world of this moment allows.
  private mutating func checkPermit(_ permit: UpstreamPermit) {
    let (machine, world) = (rehearsal.machine, rehearsal.world)
    if reserved == nil || machine.intent?.id != reserved { faults.append("sent without a reservation") }
    if world.freeze(of: PublishSample.registry, permit.grant?.publisher) != nil { faults.append("sent although it is frozen") }
    if world.configuration.registries.first(where: { $0.name == PublishSample.registry })?.settings != machine.request.registry.settings {
      faults.append("sent to a registry that has changed")
    }
    guard let grant = permit.grant else {
      if machine.isOurs { faults.append("sent our credential without a grant") }
      return
    }
    if grant.key != machine.intent?.upload.use?.key || grant.newPin != machine.intent?.upload.use?.newPin {
      faults.append("sent on another word than was entered")
    }
    let principal = Principal(identity: grant.identity, scope: nil)
    let decision = try? world.configuration.policy.decide(
      principal, grant.target, knowing: machine.inputs, at: PublishSample.time(world.seconds))
    guard case .granted? = decision else { return faults.append("sent what the policy of this moment does not grant") }
  }
}
