import Digests
import NIOCore
import Observability
import PublisherPolicy
import RegistryProtocols
import StateStore
import StrictParsers
import TokenVerification

/// What is known about one request that must leave a record, while it is served.
final class Attempt {
  var record: AuditRecord
  let eventLoop: any EventLoop
  /// The intent in the store that must be closed, and how, whatever comes.
  var openIntent: (id: IntentID, end: IntentOutcome)?
  /// What was entered into the store, and whether the repository has another name than the one that was learnt.
  var reserved: (upload: UploadIntent, isRenamed: Bool)?
  /// What the policy judges by, beyond the token and the upload.
  var inputs = PolicyInputs()
  /// `nil` if the registry is not only tried out.
  var reportOnly: ReportOnlyDecision?
  /// On whose account it takes room.
  var share = SharedBudget.Share.unverified
  /// What the registry's answer is scanned for.
  var credential: ServiceCredential?
  private let began = NIODeadline.now()
  private var upstreamBegan: NIODeadline?

  init(_ event: AuditRecord.Event, _ id: RequestID, on eventLoop: any EventLoop) {
    record = AuditRecord(event, id)
    self.eventLoop = eventLoop
  }

  func identify(_ identity: PublisherIdentity, _ provenance: Provenance?, signedPart: SHA256Digest?) {
    record.token = .init(issuer: identity.issuerURL, jti: identity.token.jti, hash: signedPart ?? identity.token.signedPart)
    record.claims = identity.comparable
    guard let provenance else { return }
    record.provenance = .init(
      repository: provenance.repository, reference: provenance.reference, revision: provenance.revision, pipeline: provenance.pipeline,
      runID: provenance.runID, runURL: provenance.runURL)
  }

  /// Nobody has proven who asks, and nothing has happened on his behalf.
  var isAnonymous: Bool {
    record.token.issuer == nil && record.publisher == nil && !record.granted && openIntent == nil && !hasBegunUpstream
  }

  private var hasBegunUpstream: Bool { upstreamBegan != nil }

  func beganUpstream() { upstreamBegan = .now() }

  func endedUpstream() {
    guard let upstreamBegan else { return }
    record.upstreamDuration = .nanoseconds((NIODeadline.now() - upstreamBegan).nanoseconds)
  }

  func end() { record.duration = .nanoseconds((NIODeadline.now() - began).nanoseconds) }
}

extension AuditRecord {
  /// What every record says of its request.
  mutating func describe(_ request: RequestContext, _ head: RequestHead, _ configuration: Configuration) {
    clientAddress = request.clientAddress
    userAgent = head.fields.values(named: "user-agent").first.map { Array($0) }
    self.configuration = configuration.settings.digest
  }

  mutating func describe(_ registry: Registry) {
    self.registry = registry.name
    ecosystem = registry.settings.ecosystem
  }
}

extension TokenID {
  fileprivate var jti: ExactString? {
    switch value {
    case .jti(let jti): jti
    case .signedPart: nil
    }
  }

  fileprivate var signedPart: SHA256Digest? {
    switch value {
    case .jti: nil
    case .signedPart(let digest): digest
    }
  }
}
