package import Digests
package import PublisherPolicy
package import RegistryProtocols
package import StrictParsers

/// What is known about one request that tried to publish, to exchange or to burn a token, or to read what only publishers may.
///
/// It is filled while the request is served and becomes exactly one line of the audit log at its end; what stays nil is left out of the line.
package struct AuditRecord: Hashable, Sendable {
  package enum Event: String, CaseIterable, Sendable {
    case publish, exchange, revoke
    /// A read that only publishers may make, if it was not answered.
    case read
    /// An operator's commands.
    case forget, freeze, unfreeze
  }

  /// How the client authenticated.
  package enum Credential: String, CaseIterable, Sendable {
    case oidc
    case uploadToken = "upload-token"
    case legacy
    case none
  }

  package enum PublisherState: String, CaseIterable, Sendable { case pending, active }

  /// The OIDC token behind the request.
  package struct Token: Hashable, Sendable {
    /// The `iss`; `nil` unless the token was verified.
    package var issuer: ExactString?
    /// The `jti`; `nil` unless the token was verified and has one.
    package var jti: ExactString?
    /// Over the token's signed part, never the whole token.
    package var hash: SHA256Digest?

    package init(issuer: ExactString? = nil, jti: ExactString? = nil, hash: SHA256Digest? = nil) {
      self.issuer = issuer
      self.jti = jti
      self.hash = hash
    }
  }

  /// Where the release comes from, as far as the provider's verified claims say.
  package struct Provenance: Hashable, Sendable {
    package var repository: ExactString?
    package var reference: ExactString?
    package var revision: ExactString?
    package var pipeline: ExactString?
    package var runID: ExactString?
    package var runURL: ExactString?

    package init(
      repository: ExactString? = nil, reference: ExactString? = nil, revision: ExactString? = nil,
      pipeline: ExactString? = nil,
      runID: ExactString? = nil, runURL: ExactString? = nil
    ) {
      self.repository = repository
      self.reference = reference
      self.revision = revision
      self.pipeline = pipeline
      self.runID = runID
      self.runURL = runURL
    }
  }

  package let event: Event
  package let requestID: RequestID
  /// The policy's decision.
  package var granted = false
  package var registry: RegistryName?
  /// The registry's `protocol` in the configuration.
  package var ecosystem: Ecosystem?
  package var action: AuditAction?
  /// What an upload reserves: a part of something larger is one of many.
  package var reservation = ReservationKind.file
  /// The package's canonical name, the version as the upload writes it and the file's name come from it.
  package var target: PublishTarget?
  package var artifactDigest: SHA256Digest?
  /// Bytes.
  package var artifactSize: Int64?
  package var publisher: PublisherID?
  package var publisherState: PublisherState?
  /// On a refusal by the policy, the publisher that comes closest.
  package var nearestPublisher: PublisherID?
  package var token = Token()
  /// Of a verified token every claim that a condition can compare, by the name that conditions use.
  package var claims = RecordedClaims(JSONObject([]))
  package var provenance = Provenance()
  package var credential = Credential.none
  package var clientAddress: String?
  /// As it was sent; only its first 1024 bytes are recorded.
  package var userAgent: [UInt8]?
  package var upstreamStatus: Int?
  /// From the first byte upstream to the end of the registry's answer.
  package var upstreamDuration: Duration?
  /// From the first byte of the request to the record.
  package var duration: Duration?
  /// Bytes of the request's body that arrived.
  package var bodySize: Int64?
  /// Who ran the command that the record is of, and where.
  package var person: Operator?
  /// Over the configuration that decided.
  package var configuration: SHA256Digest?

  package init(_ event: Event, _ requestID: RequestID) {
    self.event = event
    self.requestID = requestID
  }
}
