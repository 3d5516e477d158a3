@testable import Gateway

// A case that is added to the machine does not compile here until it has a name, and a name is missed by the table until it has a row.

extension PublishMachine.State {
  enum Name: String, CaseIterable {
    case created, awaitingKeys, awaitingUploadToken, awaitingPins, awaitingReportedPins, receiving, finishingSpool, inspecting,
      probingPackage
    case probingFile, reserving, awaitingFirstBytes, probingFileAgain, loadingCredential, connecting, rechecking, streaming,
      awaitingResponse
    case judging, recording, done
  }

  var name: Name {
    switch self {
    case .created: .created
    case .awaitingKeys: .awaitingKeys
    case .awaitingUploadToken: .awaitingUploadToken
    case .awaitingPins: .awaitingPins
    case .awaitingReportedPins: .awaitingReportedPins
    case .receiving: .receiving
    case .finishingSpool: .finishingSpool
    case .inspecting: .inspecting
    case .probingPackage: .probingPackage
    case .probingFile: .probingFile
    case .reserving: .reserving
    case .awaitingFirstBytes: .awaitingFirstBytes
    case .probingFileAgain: .probingFileAgain
    case .loadingCredential: .loadingCredential
    case .connecting: .connecting
    case .rechecking: .rechecking
    case .streaming: .streaming
    case .awaitingResponse: .awaitingResponse
    case .judging: .judging
    case .recording: .recording
    case .done: .done
    }
  }
}

extension PublishMachine.Event {
  enum Name: String, CaseIterable {
    case begin, keys, uploadToken, pins, body, bodyAwaited, bodyEnded, bodyFailed, spooled, artifact, inspected, probed, reserved,
      credentialLoaded
    case connected, upstreamReady, sentUnhashed, sentWhole, response, judged, recorded, clientGone
  }

  var name: Name {
    switch self {
    case .begin: .begin
    case .keys: .keys
    case .uploadToken: .uploadToken
    case .pins: .pins
    case .body: .body
    case .bodyAwaited: .bodyAwaited
    case .bodyEnded: .bodyEnded
    case .bodyFailed: .bodyFailed
    case .spooled: .spooled
    case .artifact: .artifact
    case .inspected: .inspected
    case .probed: .probed
    case .reserved: .reserved
    case .credentialLoaded: .credentialLoaded
    case .connected: .connected
    case .upstreamReady: .upstreamReady
    case .sentUnhashed: .sentUnhashed
    case .sentWhole: .sentWhole
    case .response: .response
    case .judged: .judged
    case .recorded: .recorded
    case .clientGone: .clientGone
    }
  }
}

extension PublishMachine.Action {
  enum Name: String, CaseIterable {
    case fetchKeys, lookUpToken, recallPins, readBody, spool, finishSpool, inspect, probe, reserve, loadCredential, connect, send, forward
    case finishBody, awaitResponse, judge, record, respond, wait
  }

  var name: Name {
    switch self {
    case .fetchKeys: .fetchKeys
    case .lookUpToken: .lookUpToken
    case .recallPins: .recallPins
    case .readBody: .readBody
    case .spool: .spool
    case .finishSpool: .finishSpool
    case .inspect: .inspect
    case .probe: .probe
    case .reserve: .reserve
    case .loadCredential: .loadCredential
    case .connect: .connect
    case .send: .send
    case .forward: .forward
    case .finishBody: .finishBody
    case .awaitResponse: .awaitResponse
    case .judge: .judge
    case .record: .record
    case .respond: .respond
    case .wait: .wait
    }
  }
}
