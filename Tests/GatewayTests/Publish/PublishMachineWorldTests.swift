import NIOCore
import PublisherPolicy
import StateStore
import StrictParsers
import TestSupport
import Testing
import TokenVerification

@testable import Gateway

/// What changes in the world while a publish is under way.
enum Change: String, CaseIterable {
  case freezeEverything, freezeRegistry, freezePublisher, freezeOther
  case reloadSame, reloadOtherPolicy, reloadOtherRegistry, reloadWithoutRegistry, reloadWithoutPublisher, reloadOtherPublisher
  /// From then on the decision depends on what the registry has.
  case reloadCreating
  case tokenExpires, uploadTokenExpires

  func apply(to world: SampleWorld, _ upload: SampleUpload) throws {
    var settings = upload.settings
    switch self {
    case .freezeEverything: return try world.freeze(.everything)
    case .freezeRegistry: return try world.freeze(.registry(PublishSample.registry))
    case .freezePublisher: return try world.freeze(.publisher(PublishSample.publisher))
    case .freezeOther:
      try world.freeze(.registry(RegistryName("other")))
      return try world.freeze(.publisher(PublisherID("other")))
    case .tokenExpires: return world.seconds += 300 + TokenVerifier.clockSkew
    case .uploadTokenExpires: return world.seconds += 900
    case .reloadSame: break
    case .reloadOtherPolicy: settings.mayPublish = "{python: [acme-widgets, more]}"
    case .reloadOtherRegistry: settings.registry += ", digest: none"
    case .reloadWithoutRegistry:
      settings.registryName = "renamed"
      settings.mayPublish = "{renamed: acme-widgets}"
    case .reloadWithoutPublisher: settings.mayPublish = "{python: other}"
    case .reloadOtherPublisher: settings.publisherID = "another"
    case .reloadCreating: settings.mayPublish = "{python: \"acme-*\"}"
    }
    try world.reload(settings)
  }
}

@Suite("A publish during which the world changes") struct PublishMachineWorldTests {
  private static let frozen = "state.frozen"
  private static let changed = "gateway.configuration-changed"

  /// At the last moment before the registry sees a byte.
  private static let beforeFirstByte: [(Change, SampleUpload, String?)] = [
    (.freezeEverything, .streamed, frozen), (.freezeRegistry, .streamed, frozen), (.freezePublisher, .streamed, frozen),
    (.freezeOther, .streamed, nil), (.reloadSame, .streamed, nil), (.reloadOtherPolicy, .streamed, nil),
    (.reloadOtherRegistry, .streamed, changed), (.reloadWithoutRegistry, .streamed, changed),
    (.reloadWithoutPublisher, .streamed, "scope.package-not-allowed"), (.reloadOtherPublisher, .streamed, changed),
    (.tokenExpires, .streamed, "token.expired"), (.tokenExpires, .byUploadToken, nil),
    (.uploadTokenExpires, .byUploadToken, "credential.unknown-upload-token"), (.freezePublisher, .byUploadToken, frozen),
    (.reloadOtherPublisher, .byUploadToken, "publisher.no-publisher"), (.freezeRegistry, .legacy, frozen),
    (.freezeEverything, .legacy, frozen), (.freezePublisher, .legacy, nil), (.reloadOtherRegistry, .legacy, changed),
    (.reloadWithoutPublisher, .legacy, nil), (.tokenExpires, .legacy, nil), (.reloadCreating, .reported, nil),
    (.reloadWithoutPublisher, .reported, nil),
  ]

  @Test("is judged anew immediately before the first byte", arguments: beforeFirstByte)
  func firstByte(change: Change, upload: SampleUpload, reason: String?) throws {
    var rehearsal = try Rehearsal(upload)
    switch upload {
    case .byUploadToken: try rehearsal.handle(.begin, .tokenFound, .reserved, .body, .credentialLoaded)
    case .legacy: try rehearsal.handle(.begin, .reserved, .body)
    case .reported: try rehearsal.handle(.begin, .keys, .reserved, .body)
    default: try rehearsal.handle(.begin, .keys, .reserved, .body, .credentialLoaded)
    }
    try #require(rehearsal.state == .connecting)
    try change.apply(to: rehearsal.world, upload)
    let action = try rehearsal.handle(.connectedFromPool)
    #expect(action.name == (reason == nil ? .send : .record) && rehearsal.reason == reason)
    // What the store holds is ended with the publish.
    if let conclusion = action.conclusion { #expect(conclusion.intent?.id == PublishSample.intent) }
  }

  /// While the body of an upload that is inspected comes.
  private static let beforeReservation: [(Change, String?)] = [
    (.freezePublisher, frozen), (.freezeOther, nil), (.reloadOtherPolicy, nil), (.reloadOtherPublisher, nil),
    (.reloadWithoutPublisher, "scope.package-not-allowed"), (.tokenExpires, "token.expired"),
  ]

  @Test("is judged anew before it is entered into the store", arguments: beforeReservation)
  func reservation(change: Change, reason: String?) throws {
    var rehearsal = try Situation.inspecting.rehearsal()
    try change.apply(to: rehearsal.world, .inspected)
    let action = try rehearsal.handle(.inspected)
    #expect(action.name == (reason == nil ? .reserve : .record) && rehearsal.reason == reason)
    if let conclusion = action.conclusion { #expect(conclusion.intent == nil) }
  }

  @Test(
    "is judged anew before each further request and before a request is made again",
    arguments: [
      (Situation.connectingForSecondRequest, Change.freezePublisher, frozen), (.connectingForSecondRequest, .reloadOtherRegistry, changed),
      (.connectingAfterStale, .freezeRegistry, frozen), (.connectingAfterStale, .reloadOtherRegistry, changed),
    ])
  func furtherRequests(situation: Situation, change: Change, reason: String) throws {
    var rehearsal = try situation.rehearsal()
    try change.apply(to: rehearsal.world, situation.way.upload)
    try rehearsal.handle(.connectedFromPool)
    #expect(rehearsal.reason == reason)
  }

  @Test("asks the policy no more than it must: for the body, for the store, and for the first byte")
  func decisions() throws {
    let rehearsal = try Situation.done.rehearsal()
    // The first look at the clock is for the token's own validity.
    #expect(rehearsal.world.timeReads - 1 == 3)
  }

  // MARK: - Before anything is asked

  @Test(
    "is refused by its head alone",
    arguments: [
      (["Content-Length: 3221225472"], "body.too-large"), (["Content-Length: 1"], "credential.missing"),
      (["Authorization: Basic bWU6bXkgcGFzc3dvcmQ=", "Content-Length: 1"], "credential.not-accepted"),
      (["Authorization: Bearer a.b.c", "Content-Length: 1"], "token.malformed"),
      (["Authorization: Bearer impr_short", "Content-Length: 1"], "credential.malformed-upload-token"),
    ])
  func head(lines: [String], reason: String) throws {
    let head = try PublishSample.head((["PUT /acme-widgets/1.0/w.whl HTTP/1.1"] + lines).joined(separator: "\r\n"))
    var rehearsal = try Rehearsal(.streamed, head: head)
    let action = try rehearsal.handle(.begin)
    #expect(rehearsal.reason == reason && action.conclusion?.intent == nil)
  }

  @Test("is refused while no record can be written, and if the registry takes no token itself")
  func unwilling() throws {
    var rehearsal = try Rehearsal(.streamed)
    rehearsal.world.canRecord = false
    try rehearsal.handle(.begin)
    #expect(rehearsal.reason == "audit.unavailable")
    var settings = SampleUpload.streamed.settings
    settings.registry += ", direct: refuse"
    rehearsal = try Rehearsal(.streamed, settings: settings)
    try rehearsal.handle(.begin)
    #expect(rehearsal.reason == "credential.direct-token-refused")
  }

  @Test(
    "is refused before its body comes if its registry, or its publisher, is frozen", arguments: [Change.freezeEverything, .freezeRegistry])
  func frozenBefore(change: Change) throws {
    for upload in SampleUpload.allCases {
      var rehearsal = try Rehearsal(upload)
      try change.apply(to: rehearsal.world, upload)
      try rehearsal.handle(.begin, .keys, .tokenFound, .pinsUnchanged)
      #expect(rehearsal.reason == Self.frozen && rehearsal.conclusions.first?.intent == nil, "\(upload)")
    }
  }
}
