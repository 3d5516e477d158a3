@testable import Gateway

/// What follows an event.
struct Transition: Equatable {
  let state: PublishMachine.State.Name
  let action: PublishMachine.Action.Name
  /// Why the publish ends, if it does and not well.
  var reason: String?

  static func to(_ state: PublishMachine.State.Name, _ action: PublishMachine.Action.Name) -> Self { Self(state: state, action: action) }

  static func ends(_ reason: String) -> Self { Self(state: .recording, action: .record, reason: reason) }

  static let ends = to(.recording, .record)

  private static let bodyFailures: [Happening: Transition] = [.bodyFailed: .ends("body.incomplete"), .bodyTooSlow: .ends("body.too-slow")]
  private static let anyKeys: [Happening: Transition] = [
    .keysMissing: .ends("token.keys-unavailable"), .foreignKeys: .ends("token.bad-signature"),
  ]
  private static let reporting: [Happening: Transition] = [
    .keys: .to(.reserving, .reserve), .keysMissing: .to(.reserving, .reserve), .foreignKeys: .to(.reserving, .reserve),
  ]
  private static let spoolAnswers: [Happening: Transition] = [.spooled: .to(.receiving, .readBody), .spoolFull: .ends("spool.full")]
  private static let reservation: [Happening: Transition] = [
    .inFlight: .ends("state.in-flight"), .reservedForAnother: .ends("state.reserved"), .storeFails: .ends("state.unavailable"),
  ]
  private static let connection: [Happening: Transition] = [.unreachable: .ends("upstream.unreachable")]
  private static let answers: [Happening: Transition] = [
    .answered: .to(.judging, .judge), .answeredNo: .to(.judging, .judge), .answeredEarly: .to(.judging, .judge),
    .refusedCredential: .to(.judging, .judge), .unexpected: .to(.judging, .judge), .closedUnanswered: .ends("upstream.closed"),
    .closedAnswering: .ends("upstream.closed"), .timedOut: .ends("upstream.timed-out"), .clientGone: .ends("client.gone"),
  ]

  /// For each situation what may happen in it. Everything else comes too late to matter.
  static let table: [Situation: [Happening: Transition]] = [
    .created: [.begin: .to(.awaitingKeys, .fetchKeys)],
    .awaitingKeys: anyKeys + [.keys: .to(.reserving, .reserve)],
    .awaitingKeysToReport: reporting,
    .awaitingUploadToken: [
      .tokenFound: .to(.reserving, .reserve), .tokenUnknown: .ends("credential.unknown-upload-token"),
      .tokenStoreFails: .ends("state.unavailable"),
    ],
    .awaitingPins: [
      .pinsUnchanged: .to(.awaitingPins, .recallPins), .pinsOfThis: .to(.awaitingPins, .recallPins),
      .pinsOfAnother: .ends("publisher.identity-changed"), .pinStoreFails: .ends("state.unavailable"),
    ],
    .awaitingPinsAgain: [
      .pinsUnchanged: .to(.probingPackage, .probe), .pinsOfThis: .to(.reserving, .reserve),
      .pinsOfAnother: .ends("publisher.identity-changed"), .pinStoreFails: .ends("state.unavailable"),
    ],
    .awaitingPinsAfterRefusal: [
      .pinsUnchanged: .to(.probingPackage, .probe), .pinsOfThis: .ends("state.reserved"),
      .pinsOfAnother: .ends("publisher.identity-changed"), .pinStoreFails: .ends("state.unavailable"),
    ],
    .awaitingReportedPins: [
      .pinsUnchanged: .to(.reserving, .reserve), .pinsOfThis: .to(.reserving, .reserve), .pinsOfAnother: .to(.reserving, .reserve),
      .pinStoreFails: .to(.reserving, .reserve),
    ],
    .receivingForm: bodyFailures + spoolAnswers + [
      .body: .to(.receiving, .spool), .refusedBody: .ends("scope.unavailable"), .bodyEnded: .to(.finishingSpool, .finishSpool),
    ],
    .receivingAnnounced: bodyFailures + spoolAnswers + [
      .body: .to(.receiving, .spool), .refusedBody: .ends("scope.unavailable"), .bodyEnded: .to(.finishingSpool, .finishSpool),
    ],
    .receivingRepeated: bodyFailures + spoolAnswers + [
      .body: .to(.receiving, .spool), .refusedBody: .to(.receiving, .spool), .bodyEnded: .to(.finishingSpool, .finishSpool),
    ],
    .finishingSpool: [.artifact: .to(.inspecting, .inspect), .artifactLost: .ends("spool.unavailable")],
    .finishingSpoolOfRepeated: [.artifact: .to(.reserving, .reserve), .artifactLost: .ends("spool.unavailable")],
    .inspecting: [.inspected: .to(.reserving, .reserve), .inspectionRefused: .ends("scope.metadata-place")],
    .probingPackage: [
      .exists: .to(.reserving, .reserve), .absent: .ends("scope.creation-not-allowed"), .unknown: .ends("scope.existence-unknown"),
      .probeFails: .ends("upstream.credential-refused"),
    ],
    .probingFile: [
      .absent: .to(.reserving, .reserve), .exists: .ends("scope.file-exists"), .unknown: .ends("scope.existence-unknown"),
      .probeFails: .ends("upstream.credential-refused"),
    ],
    .reserving: reservation + [.reserved: .to(.awaitingFirstBytes, .readBody), .alreadyBound: .to(.receiving, .readBody)],
    .reservingPinned: reservation + [
      .reserved: .to(.awaitingFirstBytes, .readBody), .alreadyBound: .to(.receiving, .readBody),
      .reservedForAnother: .to(.awaitingPins, .recallPins),
    ],
    .reservingInspected: reservation + [
      .reserved: .to(.loadingCredential, .loadCredential), .alreadyBound: .ends("state.unavailable"),
    ],
    .awaitingFirstBytes: bodyFailures + [
      .bodyAwaited: .to(.awaitingFirstBytes, .wait),
      .body: .to(.loadingCredential, .loadCredential), .refusedBody: .to(.loadingCredential, .loadCredential),
      .bodyEnded: .to(.loadingCredential, .loadCredential),
    ],
    .probingFileAgain: [
      .absent: .to(.loadingCredential, .loadCredential), .exists: .ends("scope.file-exists"), .unknown: .ends("scope.existence-unknown"),
      .probeFails: .ends("upstream.credential-refused"),
    ],
    .loadingCredential: [.credentialLoaded: .to(.connecting, .connect), .credentialUnreadable: .ends("upstream.credential-unreadable")],
    .connecting: connection + [.connectedAnew: .to(.rechecking, .lookUpToken), .connectedFromPool: .to(.streaming, .send)],
    .connectingAfterStale: connection + [.connectedAnew: .to(.rechecking, .lookUpToken), .connectedFromPool: .to(.streaming, .send)],
    .connectingForSecondRequest: connection + [
      .connectedAnew: .to(.awaitingResponse, .send), .connectedFromPool: .to(.awaitingResponse, .send),
    ],
    .rechecking: [
      .tokenFound: .to(.streaming, .send), .tokenUnknown: .ends("state.ended"), .tokenStoreFails: .ends("state.unavailable"),
    ],
    .streaming: bodyFailures + answers + [
      .upstreamReady: .to(.streaming, .readBody), .body: .to(.streaming, .forward), .refusedBody: .to(.streaming, .forward),
      .bodyEnded: .to(.streaming, .finishBody), .sentWhole: .to(.awaitingResponse, .awaitResponse),
      .sentWithoutDigest: .to(.awaitingResponse, .awaitResponse), .sentUnhashed: .to(.streaming, .wait),
    ],
    .streamingEnd: bodyFailures + answers + [
      .upstreamReady: .to(.streaming, .finishBody), .body: .to(.streaming, .forward), .refusedBody: .to(.streaming, .forward),
      .bodyEnded: .to(.streaming, .finishBody), .sentWhole: .to(.awaitingResponse, .awaitResponse),
      .sentWithoutDigest: .to(.awaitingResponse, .awaitResponse), .sentUnhashed: .to(.streaming, .wait),
    ],
    .awaitingResponse: answers,
    .awaitingResponseOnKept: answers + [.closedUnanswered: .to(.connecting, .connect)],
    .awaitingFirstOfSeveral: answers + [.answered: .to(.connecting, .connect), .unexpected: .ends("upstream.malformed-answer")],
    .judging: [.judged: .ends, .judgedNo: .ends("upstream.refused"), .judgedUnfit: .ends("upstream.credential-echoed")],
    .judgingEarly: [
      .judged: .ends("upstream.early-success"), .judgedNo: .ends("upstream.refused"), .judgedUnfit: .ends("upstream.credential-echoed"),
    ],
    .recording: [.recorded: .to(.done, .respond)],
    .done: [:],
  ]
}

/// The later rows replace those before.
private func + (left: [Happening: Transition], right: [Happening: Transition]) -> [Happening: Transition] {
  left.merging(right) { _, later in later }
}
