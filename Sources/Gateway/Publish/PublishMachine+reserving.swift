import Configuration
import Digests
import NIOCore
import Observability
import PublisherPolicy
import RegistryClient
import RegistryProtocols
import StateStore
import StrictParsers

/// For what the policy is asked.
enum AuthorizationPurpose {
  /// The upload has named itself; its artifact is still to come. `file`: what of it came already.
  case announcement(PublishTarget, Reception, file: ByteBuffer)
  /// The upload is to be entered into the store. `isSecond`: what was pinned has changed since the store refused it.
  case reservation(UploadContent, isSecond: Bool)

  var target: PublishTarget {
    switch self {
    case .announcement(let target, _, _): target
    case .reservation(let content, _): content.target
    }
  }
}

/// An upload that the policy allows, as it is to be entered into the store.
final class AuthorizedUpload {
  let admitted: AdmittedUpload
  let content: UploadContent
  let permit: UpstreamPermit
  let isSecond: Bool

  fileprivate init(admitted: AdmittedUpload, content: UploadContent, permit: UpstreamPermit, isSecond: Bool) {
    self.admitted = admitted
    self.content = content
    self.permit = permit
    self.isSecond = isSecond
  }
}

/// What was entered into the store.
struct OpenIntent {
  let upload: UploadIntent
  let isRenamed: Bool
  /// `nil` until the store has taken it.
  var id: IntentID?
  /// How it ends, whatever comes.
  var outcome: IntentOutcome
}

extension PublishMachine {
  // MARK: The policy's decision

  /// Decides by the configuration and the clock of this moment, however long the body took; asks for the package first if the decision depends on it.
  mutating func authorize(_ upload: AdmittedUpload, _ purpose: AuthorizationPurpose, _ world: some PublishWorld) throws(Refusal) -> Action {
    let permit: UpstreamPermit
    switch try decide(upload.client, purpose.target, world) {
    case .permitted(let given): permit = given
    case .dependsOnPackage(let asker):
      return enter(.probingPackage(upload, purpose), .probe(.package, purpose.target, asker))
    }
    switch purpose {
    case .announcement(_, let reception, let file): return keep(file, upload, reception)
    case .reservation(let content, let isSecond):
      if let grant = permit.grant, grant.newPin != nil, inputs.package == nil {
        // Who is first may bring the package into being; the answer may also give the word to another entry.
        return enter(.probingPackage(upload, purpose), .probe(.package, content.target, .policy(ProbePermit(grant))))
      }
      let authorized = AuthorizedUpload(admitted: upload, content: content, permit: permit, isSecond: isSecond)
      guard request.refusesExistingFiles else { return reserve(authorized, world) }
      return enter(.probingFile(authorized), .probe(.file, content.target, permit.asker))
    }
  }

  mutating func usePackage(
    _ result: Result<Existence, UpstreamFailure>, _ upload: AdmittedUpload, _ purpose: AuthorizationPurpose, _ world: some PublishWorld
  ) throws(Refusal) -> Action {
    do throws(UpstreamFailure) { inputs.package = try result.get() } catch { throw .upstream(error) }
    return try authorize(upload, purpose, world)
  }

  enum Authorization {
    case permitted(UpstreamPermit)
    case dependsOnPackage(RegistryProber.Asker)
  }

  /// - Parameter reports: Whether what is only reported is decided, too: nothing may hang on it once the upload is reserved.
  mutating func decide(
    _ client: AuthenticatedClient, _ target: PublishTarget, reports: Bool = true, _ world: some PublishWorld
  ) throws(Refusal) -> Authorization {
    switch client {
    case .principal(let authenticated):
      switch try judge(authenticated, target, world) {
      case .granted(let grant): return .permitted(.grant(grant))
      case .hangsOnExistence(let leave):
        guard inputs.package == nil else { throw .package(.existenceUnknown(package: target.package.canonical)) }
        return .dependsOnPackage(.policy(leave))
      }
    case .legacy(let pass):
      if reports, reportOnly?.judge(target, knowing: inputs, in: &record, world) != nil, inputs.package == nil {
        return .dependsOnPackage(.client(pass))
      }
      if let freeze = world.freeze(of: target.registry, nil) { throw .state(.frozen(freeze)) }
      let current = world.configuration.registries.first { $0.name == request.registry.name }
      guard current?.settings.legacyCredentials == .pass else { throw .credential(.notAccepted) }
      return .permitted(.legacy(pass))
    }
  }

  private mutating func judge(
    _ authenticated: AuthenticatedPrincipal, _ target: PublishTarget, _ world: some PublishWorld
  ) throws(Refusal) -> Decision {
    record.facts.granted = false
    let now = world.now()
    try authenticated.refuseExpired(at: now)
    let decision: Decision
    do throws(PolicyRefusal) {
      decision = try world.configuration.policy.decide(authenticated.principal, target, knowing: inputs, at: now)
    } catch {
      throw Refusal(error)
    }
    guard case .granted(let grant) = decision else { return decision }
    if let freeze = world.freeze(of: target.registry, grant.publisher) {
      record.facts.nearestPublisher = grant.publisher
      throw .state(.frozen(freeze))
    }
    record.facts.describe(grant)
    return decision
  }

  // MARK: The store's word

  /// What was pinned may have been read an hour ago, before the body came.
  mutating func reserve(_ content: UploadContent, _ upload: AdmittedUpload, _ world: some PublishWorld) throws(Refusal) -> Action {
    guard case .principal(let client) = upload.client else {
      return try authorize(upload, .reservation(content, isSecond: false), world)
    }
    return try recallPins(of: client, .reservation(upload, content), world)
  }

  mutating func reserve(
    _ upload: AuthorizedUpload, ifAbsent result: Result<Existence, UpstreamFailure>, _ world: some PublishWorld
  ) throws(Refusal) -> Action {
    try refuseExisting(upload.content.target, result)
    return reserve(upload, world)
  }

  /// The file that an upload would bring must not be there, where nothing may be overwritten.
  func refuseExisting(_ target: PublishTarget, _ result: Result<Existence, UpstreamFailure>) throws(Refusal) {
    let existence: Existence
    do throws(UpstreamFailure) { existence = try result.get() } catch { throw .upstream(error) }
    switch existence {
    case .absent: return
    case .exists: throw .package(.fileExists(file: target.file))
    case .existsAs(let name): throw .package(.otherSpelling(package: target.writtenName, registered: name))
    case .unknown: throw .package(.existenceUnknown(package: target.package.canonical))
    }
  }

  /// Binds the credential to the release and, where they are known, to the artifact's bytes, and opens the intent to send them.
  private mutating func reserve(_ upload: AuthorizedUpload, _ world: some PublishWorld) -> Action {
    let grant = upload.permit.grant
    let use = grant.map { grant in
      PublisherUse(
        key: grant.key, newPin: grant.newPin, run: record.facts.provenance.runURL ?? record.facts.provenance.runID)
    }
    let entered = UploadIntent(
      target: upload.content.target, kind: request.route.reservation, use: use,
      createsPackage: use?.newPin != nil && inputs.package != .exists,
      // A client without a verified token must not keep others from publishing.
      isExclusive: request.refusesExistingFiles && use != nil, note: record.facts.note(at: world.clock()))
    intent = OpenIntent(
      upload: entered, isRenamed: grant?.isRenamed ?? false, outcome: upload.content.artifact == nil ? .released : .bound)
    return enter(.reserving(upload), .reserve(reservation(of: upload, entered)))
  }

  private func reservation(of upload: AuthorizedUpload, _ entered: UploadIntent) -> UploadReservation {
    guard case .principal(let client) = upload.admitted.client else { return .open(entered) }
    guard let artifact = upload.content.artifact else {
      return .claim(StreamClaim(subject: client.subject, upload: entered, rememberedUntil: client.rememberedUntil))
    }
    return .bind(
      Binding(subject: client.subject, upload: entered, digests: artifact.digests, rememberedUntil: client.rememberedUntil))
  }

  mutating func useReservation(
    _ result: Result<ReservationOutcome, StateRefusal>, _ upload: AuthorizedUpload, _ world: some PublishWorld
  ) throws(Refusal) -> Action {
    let outcome: ReservationOutcome
    do throws(StateRefusal) {
      outcome = try result.get()
    } catch {
      intent = nil
      guard error == .reserved, !upload.isSecond, case .principal(let client) = upload.admitted.client else { throw .state(error) }
      return try retry(upload, client)
    }
    switch (outcome, upload.content) {
    case (.reserved(let id), _):
      intent?.id = id
      return try begin(ReservedUpload(upload), world)
    case (.alreadyBound, .streamed(let target)):
      intent = nil
      return enter(.receiving(upload.admitted, .repeated(target)), .readBody)
    case (.alreadyBound, _): throw .state(.unavailable)
    }
  }

  /// Somebody may have been pinned since the store was asked: then the policy decides once more.
  private mutating func retry(_ upload: AuthorizedUpload, _ client: AuthenticatedPrincipal) throws(Refusal) -> Action {
    guard let query = authentication.pinQuery(of: client.principal) else { throw .state(.reserved) }
    return enter(.awaitingPins(client, .secondReservation(upload.admitted, upload.content)), .recallPins(query))
  }
}

extension UpstreamPermit {
  /// With whose credential the registry is asked about the upload.
  var asker: RegistryProber.Asker {
    switch self {
    case .grant(let grant): .policy(ProbePermit(grant))
    case .legacy(let pass): .client(pass)
    }
  }
}
