@testable import Gateway

/// Where a publish may stand: each state of its machine, in each way in which it can be reached that makes a difference.
enum Situation: String, CaseIterable {
  case created
  case awaitingKeys, awaitingKeysToReport
  case awaitingUploadToken
  case awaitingPins, awaitingPinsAgain, awaitingPinsAfterRefusal, awaitingReportedPins
  case receivingForm, receivingAnnounced, receivingRepeated
  case finishingSpool, finishingSpoolOfRepeated
  case inspecting
  case probingPackage
  case probingFile
  case reserving, reservingPinned, reservingInspected
  case awaitingFirstBytes
  case probingFileAgain
  case loadingCredential
  case connecting, connectingAfterStale, connectingForSecondRequest
  case rechecking
  case streaming, streamingEnd
  case awaitingResponse, awaitingResponseOnKept, awaitingFirstOfSeveral
  case judging, judgingEarly
  case recording
  case done

  /// How it is reached from the very beginning.
  var way: (upload: SampleUpload, happenings: [Happening]) {
    switch self {
    case .created: (.streamed, [])
    case .awaitingKeys: (.streamed, [.begin])
    case .awaitingKeysToReport: (.reported, [.begin])
    case .awaitingUploadToken: (.byUploadToken, [.begin])
    case .awaitingPins: (.pinning, [.begin, .keys])
    case .awaitingPinsAgain: (.pinning, [.begin, .keys, .pinsOfThis])
    case .awaitingPinsAfterRefusal: (.pinning, Self.reservingPinned.way.happenings + [.reservedForAnother])
    case .awaitingReportedPins: (.reportedPinning, [.begin, .keys])
    case .receivingForm: (.inspected, [.begin, .keys])
    case .receivingAnnounced: (.announced, [.begin, .keys])
    case .receivingRepeated: (.streamed, Self.reserving.way.happenings + [.alreadyBound])
    case .finishingSpool: (.inspected, Self.receivingForm.way.happenings + [.body, .spooled, .bodyEnded])
    case .finishingSpoolOfRepeated: (.streamed, Self.receivingRepeated.way.happenings + [.body, .spooled, .bodyEnded])
    case .inspecting: (.inspected, Self.finishingSpool.way.happenings + [.artifact])
    case .probingPackage: (.creating, [.begin, .keys])
    case .probingFile: (.exclusive, [.begin, .tokenFound])
    case .reserving: (.streamed, [.begin, .keys])
    case .reservingPinned: (.pinning, [.begin, .keys, .pinsOfThis, .pinsOfThis])
    case .reservingInspected: (.inspected, Self.inspecting.way.happenings + [.inspected])
    case .awaitingFirstBytes: (.streamed, Self.reserving.way.happenings + [.reserved])
    case .probingFileAgain: (.exclusive, Self.probingFile.way.happenings + [.absent, .reserved, .body])
    case .loadingCredential: (.streamed, Self.awaitingFirstBytes.way.happenings + [.body])
    case .connecting: (.byUploadToken, [.begin, .tokenFound, .reserved, .body, .credentialLoaded])
    case .connectingAfterStale: (.byUploadToken, Self.awaitingResponseOnKept.way.happenings + [.closedUnanswered])
    case .connectingForSecondRequest: (.inSeveralRequests, Self.awaitingFirstOfSeveral.way.happenings + [.answered])
    case .rechecking: (.byUploadToken, Self.connecting.way.happenings + [.connectedAnew])
    case .streaming: (.streamed, Self.loadingCredential.way.happenings + [.credentialLoaded, .connectedAnew])
    case .streamingEnd: (.streamed, Self.streaming.way.happenings + [.bodyEnded])
    case .awaitingResponse: (.streamed, Self.streamingEnd.way.happenings + [.sentWhole])
    case .awaitingResponseOnKept: (.byUploadToken, Self.connecting.way.happenings + [.connectedFromPool, .bodyEnded, .sentWhole])
    case .awaitingFirstOfSeveral:
      (
        .inSeveralRequests,
        [.begin, .keys, .body, .spooled, .bodyEnded, .artifact, .inspected, .reserved, .credentialLoaded, .connectedAnew]
      )
    case .judging: (.streamed, Self.awaitingResponse.way.happenings + [.answered])
    case .judgingEarly: (.streamed, Self.streaming.way.happenings + [.answeredEarly])
    case .recording: (.streamed, Self.judging.way.happenings + [.judged])
    case .done: (.streamed, Self.recording.way.happenings + [.recorded])
    }
  }

  var state: PublishMachine.State.Name {
    switch self {
    case .created: .created
    case .awaitingKeys, .awaitingKeysToReport: .awaitingKeys
    case .awaitingUploadToken: .awaitingUploadToken
    case .awaitingPins, .awaitingPinsAgain, .awaitingPinsAfterRefusal: .awaitingPins
    case .awaitingReportedPins: .awaitingReportedPins
    case .receivingForm, .receivingAnnounced, .receivingRepeated: .receiving
    case .finishingSpool, .finishingSpoolOfRepeated: .finishingSpool
    case .inspecting: .inspecting
    case .probingPackage: .probingPackage
    case .probingFile: .probingFile
    case .reserving, .reservingPinned, .reservingInspected: .reserving
    case .awaitingFirstBytes: .awaitingFirstBytes
    case .probingFileAgain: .probingFileAgain
    case .loadingCredential: .loadingCredential
    case .connecting, .connectingAfterStale, .connectingForSecondRequest: .connecting
    case .rechecking: .rechecking
    case .streaming, .streamingEnd: .streaming
    case .awaitingResponse, .awaitingResponseOnKept, .awaitingFirstOfSeveral: .awaitingResponse
    case .judging, .judgingEarly: .judging
    case .recording: .recording
    case .done: .done
    }
  }

  func rehearsal() throws -> Rehearsal {
    var rehearsal = try Rehearsal(way.upload)
    try rehearsal.handle(way.happenings)
    return rehearsal
  }
}
