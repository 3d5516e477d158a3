import Configuration
import Digests
import NIOCore
import Observability
import PublisherPolicy
import RegistryProtocols
import StrictParsers
import TokenVerification

/// The facts about one request that must leave a record, as they become known.
struct RequestRecord {
  var facts: AuditRecord
  private let began = NIODeadline.now()
  private var upstreamBegan: NIODeadline?

  init(_ event: AuditRecord.Event, _ id: RequestID) { facts = AuditRecord(event, id) }

  mutating func identify(_ token: IdentifiedToken) {
    identify(token.identity, claims: token.recordedClaims, token.provenance, signedPart: token.signedPart)
  }

  mutating func identify(_ identity: PublisherIdentity, _ provenance: Provenance?, signedPart: SHA256Digest?) {
    identify(identity, claims: RecordedClaims(identity.comparable), provenance, signedPart: signedPart)
  }

  private mutating func identify(
    _ identity: PublisherIdentity, claims: RecordedClaims, _ provenance: Provenance?, signedPart: SHA256Digest?
  ) {
    facts.token = .init(issuer: identity.issuerURL, jti: identity.token.jti, hash: signedPart ?? identity.token.signedPart)
    facts.claims = claims
    guard let provenance else { return }
    facts.provenance = .init(
      repository: provenance.repository, reference: provenance.reference, revision: provenance.revision, pipeline: provenance.pipeline,
      runID: provenance.runID, runURL: provenance.runURL)
  }

  /// Nobody has proven who asks, and nothing has happened on his behalf.
  var isAnonymous: Bool {
    facts.token.issuer == nil && facts.publisher == nil && !facts.granted && upstreamBegan == nil
  }

  mutating func beganUpstream() { upstreamBegan = upstreamBegan ?? .now() }

  mutating func endedUpstream() {
    guard let upstreamBegan else { return }
    facts.upstreamDuration = .nanoseconds((NIODeadline.now() - upstreamBegan).nanoseconds)
  }

  mutating func end() { facts.duration = .nanoseconds((NIODeadline.now() - began).nanoseconds) }
}

extension AuditRecord {
  /// What every record says of its request.
  mutating func describe(_ request: RequestContext, _ head: RequestHead, _ configuration: ConfigurationSnapshot) {
    clientAddress = request.clientAddress
    userAgent = head.fields.values(named: "user-agent").first.map { Array($0) }
    self.configuration = configuration.settings.digest
  }

  mutating func describe(_ registry: Registry) {
    self.registry = registry.name
    ecosystem = registry.settings.ecosystem
  }

  /// What a Grant says of its publisher.
  mutating func describe(_ grant: Grant) {
    granted = true
    publisher = grant.publisher
    publisherState = grant.newPin == nil ? .active : .pending
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
