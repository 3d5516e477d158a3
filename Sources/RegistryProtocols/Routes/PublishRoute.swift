package import Digests
package import PublisherPolicy

/// An upload: what its head says, how its body is read, and what becomes of it upstream.
package struct PublishRoute: Sendable {
  package let action: AuditAction
  package let body: BodyPlan
  package let reservation: ReservationKind
  /// What is computed over a streamed body beside SHA-256, for a checksum file that another upload may bring.
  package let digests: Set<ArtifactDigest>
  package let fields: FieldRules
  package let exchange: any UpstreamExchange

  package init(
    _ action: AuditAction = .upload, body: BodyPlan, reservation: ReservationKind = .file, digests: Set<ArtifactDigest> = [],
    fields: FieldRules = .publish,
    exchange: any UpstreamExchange
  ) {
    self.action = action
    self.body = body
    self.reservation = reservation
    self.digests = digests
    self.fields = fields
    self.exchange = exchange
  }

  /// What the head says would be published; `nil` if only the body does.
  package var namedTarget: PublishTarget? {
    switch body {
    case .stream(let target): target
    case .inspect(let announced, _): announced
    }
  }
}

/// The two ways in which a body travels.
package enum BodyPlan: Sendable {
  /// The head says what would be published: it is decided, then the body is sent as it comes.
  case stream(PublishTarget)
  /// The body is kept and inspected, then it is decided and sent. `announced`: what the head says already.
  case inspect(announced: PublishTarget? = nil, by: @Sendable () throws(UploadRefusal) -> any UploadInspector)
}

/// What a request does, as the audit record names it.
package struct AuditAction: Hashable, Sendable {
  package let name: String

  package init(_ name: StaticString) { self.name = "\(name)" }

  package static let upload = AuditAction("upload")
  package static let read = AuditAction("read")
  package static let mint = AuditAction("mint")
  package static let burn = AuditAction("burn")
}
