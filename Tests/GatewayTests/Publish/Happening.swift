import NIOCore
import PublisherPolicy
import RegistryClient
import RegistryProtocols
import StateStore
import StrictParsers
import TokenVerification

@testable import Gateway

/// What may happen to a publish: every event of its machine, with each of the results that matter.
enum Happening: String, CaseIterable {
  case begin
  case keys, keysMissing, foreignKeys
  case tokenFound, tokenUnknown, tokenStoreFails
  case pinsUnchanged, pinsOfThis, pinsOfAnother, pinStoreFails
  case body, refusedBody, bodyAwaited, bodyEnded, bodyFailed, bodyTooSlow
  case spooled, spoolFull
  case artifact, artifactLost
  case inspected, inspectionRefused
  case absent, exists, unknown, probeFails
  case reserved, alreadyBound, inFlight, reservedForAnother, storeFails
  case credentialLoaded, credentialUnreadable
  case connectedAnew, connectedFromPool, unreachable
  case upstreamReady
  case sentUnhashed, sentWhole, sentWithoutDigest
  case answered, answeredNo, answeredEarly, refusedCredential, unexpected, closedUnanswered, closedAnswering, timedOut
  case judged, judgedNo, judgedUnfit
  case recorded
  case clientGone

  func event(_ budgets: Budgets) throws -> PublishMachine.Event {
    switch self {
    case .begin: .begin
    case .keys: .keys(.success(try Self.own.get()))
    case .keysMissing: .keys(.failure(.keysUnavailable(retryAfter: 5)))
    case .foreignKeys: .keys(.success(try Self.foreign.get()))
    case .tokenFound: .uploadToken(.success(try PublishSample.uploadTokenRecord()))
    case .tokenUnknown: .uploadToken(.success(nil))
    case .tokenStoreFails: .uploadToken(.failure(.unavailable))
    case .pinsUnchanged: .pins(.success([]))
    case .pinsOfThis: .pins(.success(PublishSample.pins(ofRepository: "7")))
    case .pinsOfAnother: .pins(.success(PublishSample.pins(ofRepository: "8")))
    case .pinStoreFails: .pins(.failure(.unavailable))
    case .body: .body(ByteBuffer(bytes: PublishSample.bytes))
    case .refusedBody: .body(ByteBuffer(string: "!"))
    case .bodyAwaited: .bodyAwaited
    case .bodyEnded: .bodyEnded(size: Int64(PublishSample.bytes.count))
    case .bodyFailed: .bodyFailed(.incomplete)
    case .bodyTooSlow: .bodyFailed(.tooSlow)
    case .spooled: .spooled(.success(()))
    case .spoolFull: .spooled(.failure(.diskFull))
    case .artifact: .artifact(.success(PublishSample.artifact(budgets)))
    case .artifactLost: .artifact(.failure(.unavailable))
    case .inspected: .inspected(.success(SampleInspector.upload))
    case .inspectionRefused: .inspected(.failure(.metadataPlace))
    case .absent: .probed(.success(.absent))
    case .exists: .probed(.success(.exists))
    case .unknown: .probed(.success(.unknown))
    case .probeFails: .probed(.failure(.credentialRefused))
    case .reserved: .reserved(.success(.reserved(PublishSample.intent)))
    case .alreadyBound: .reserved(.success(.alreadyBound(PublishSample.digest)))
    case .inFlight: .reserved(.failure(.inFlight))
    case .reservedForAnother: .reserved(.failure(.reserved))
    case .storeFails: .reserved(.failure(.unavailable))
    case .credentialLoaded: .credentialLoaded(.success(()))
    case .credentialUnreadable: .credentialLoaded(.failure(.credentialUnreadable))
    case .connectedAnew: .connected(.success(.new))
    case .connectedFromPool: .connected(.success(.pool))
    case .unreachable: .connected(.failure(.unreachable))
    case .upstreamReady: .upstreamReady
    case .sentWhole: .sentWhole(digests: PublishSample.digests)
    case .sentUnhashed: .sentUnhashed
    case .sentWithoutDigest: .sentWhole(digests: nil)
    case .answered: try Self.answer(201)
    case .answeredNo: try Self.answer(400)
    case .answeredEarly: try Self.answer(201, whole: false)
    case .refusedCredential: try Self.answer(401)
    case .unexpected: try Self.answer(418)
    case .closedUnanswered: .response(UpstreamOutcome(result: .failure(.closed), hasAnswered: false, wasSentWhole: true))
    case .closedAnswering: .response(UpstreamOutcome(result: .failure(.closed), hasAnswered: true, wasSentWhole: true))
    case .timedOut: .response(UpstreamOutcome(result: .failure(.timedOut), hasAnswered: false, wasSentWhole: true))
    case .judged: .judged(.success(try Self.taken.get()))
    case .judgedNo: .judged(.success(try Self.refused.get()))
    case .judgedUnfit: .judged(.failure(.credentialEchoed))
    case .recorded: .recorded
    case .clientGone: .clientGone
    }
  }

  private static let own = Result { try PublishSample.keys() }
  private static let taken = Result { try PublishSample.relayed(201) }
  private static let refused = Result { try PublishSample.relayed(400) }
  private static let foreign = Result { try PublishSample.otherKeys() }

  private static let heads = Dictionary(
    uniqueKeysWithValues: [201, 400, 401, 418].map { status in (status, Result { try PublishSample.responseHead(status) }) })

  private static func answer(_ status: Int, whole: Bool = true) throws -> PublishMachine.Event {
    let head = try heads[status]?.get() ?? PublishSample.responseHead(status)
    let answer = UpstreamAnswer(head: head, body: Array("said".utf8))
    return .response(UpstreamOutcome(result: .success(answer), hasAnswered: true, wasSentWhole: whole))
  }
}
