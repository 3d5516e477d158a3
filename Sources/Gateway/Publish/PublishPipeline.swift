import NIOCore
import Observability
import PublisherPolicy
import RegistryProtocols
import StateStore
import StrictParsers
import TokenVerification

/// One upload from its head to its answer: who asks, may he, what would it publish, may he publish that, is it the first time, and only then the registry.
struct PublishPipeline {
  let gateway: GatewayServices
  let configuration: Configuration
  let registry: Registry
  let request: RoutedRequest
  let route: PublishRoute
  let body: RequestBody
  let attempt: Attempt

  /// Returns what the registry answered, fit to be passed on.
  func run() async throws(Refusal) -> RelayedResponse {
    guard gateway.audit.ensureWritable() else { throw .gateway(.auditUnavailable) }
    if case .length(let length) = head.framing, length > configuration.settings.server.limits.upload { throw .body(.tooLarge) }
    let client = try await client()
    try admit(client, route.namedTarget)
    switch route.body {
    case .stream(let target): return try await StreamedPublish(pipeline: self, client: client, target: target).run()
    case .inspect(_, let makeInspector): return try await SpooledPublish(pipeline: self, client: client).run(makeInspector)
    }
  }

  var head: RequestHead { request.head }

  /// Opens the upload's connections to the registry, on the account that the upload has by then.
  var connector: UpstreamConnector {
    UpstreamConnector(
      gateway: gateway, registry: registry.name, share: attempt.share, limits: configuration.settings.server.limits)
  }

  /// The upload's media type; one that stands twice is left out, since registries differ in which they would take.
  var contentType: ArraySlice<UInt8>? {
    do { return try head.fields.single(named: "content-type") } catch { return nil }
  }

  // MARK: Who

  private func client() async throws(Refusal) -> AuthenticatedClient {
    let authentication = Authentication(gateway: gateway, configuration: configuration, registry: registry, attempt: attempt)
    let presented: PresentedCredential
    do throws(CredentialRefusal) {
      presented = try registry.protocol.credential(of: request)
    } catch {
      guard let pass = PassthroughCredential(of: head, refusedAs: error, by: registry.settings) else { throw .credential(error) }
      attempt.record.credential = .legacy
      if registry.settings.mode == .report { attempt.reportOnly = await ReportOnlyDecision(of: head, authentication) }
      return .legacy(pass)
    }
    return .principal(try await authentication.authenticate(presented))
  }

  /// Lets the body in: some publisher of this registry is meant by the token. What it may publish is judged when it is known.
  private func admit(_ client: AuthenticatedClient, _ target: PublishTarget? = nil) throws(Refusal) {
    try refuseFrozen(registry.name, publisher: nil)
    guard case .principal(let authenticated) = client else { return }
    let admissions = try Refusal.wrap(Refusal.publisher) { () throws(PublisherRefusal) in
      try configuration.policy.admit(authenticated.principal, to: registry.name, target, knowing: attempt.inputs, at: gateway.now())
    }
    guard let publisher = admissions.first?.publisher else { return }
    attempt.share = .publisher(publisher)
    do throws(SharedBudget.Shortage) { try body.resources.move(to: attempt.share) } catch { throw .body(.noMemory(error)) }
  }

  // MARK: Whether

  /// Decides by the configuration and the clock of this moment, however long the body took.
  func decide(_ client: AuthenticatedClient, _ target: PublishTarget) throws(Refusal) -> UpstreamPermit {
    switch client {
    case .principal(let authenticated):
      switch try judge(authenticated, target) {
      case .granted(let grant): return .grant(grant)
      case .hangsOnExistence(let inquiry): throw .package(.existenceUnknown(package: inquiry.target.package.canonical))
      }
    case .legacy(let pass):
      try refuseFrozen(target.registry, publisher: nil)
      let current = gateway.configuration.registries.first { $0.name == registry.name }
      guard current?.settings.legacyCredentials == .pass else { throw .credential(.notAccepted) }
      return .legacy(pass)
    }
  }

  /// Decides once more, immediately before the first byte: on the very word that was entered into the store.
  func reauthorize(_ client: AuthenticatedClient, _ target: PublishTarget) throws(Refusal) -> UpstreamPermit {
    let current = gateway.configuration
    if current.settings.digest != configuration.settings.digest {
      // Another address, another audience, another rule: nothing of the old one holds.
      guard current.registries.first(where: { $0.name == registry.name })?.settings == registry.settings else {
        throw .gateway(.configurationChanged)
      }
    }
    let permit = try decide(client, target)
    let use = attempt.reserved?.upload.use
    guard permit.grant?.key == use?.key, permit.grant?.newPin == use?.newPin else { throw .gateway(.configurationChanged) }
    return permit
  }

  /// Asks the store once more where the registry was waited for since its word: an upload token may have been burnt or revoked.
  func recheckToken(_ client: AuthenticatedClient) async throws(Refusal) {
    guard case .principal(let authenticated) = client, case .uploadToken(let hash) = authenticated.subject else { return }
    let record = try await Refusal.wrap(Refusal.state) { () async throws(StateRefusal) in
      try await gateway.store.uploadToken(hash, at: gateway.now())
    }
    guard record != nil else { throw .state(.ended) }
  }

  /// Decides where the registry may be asked, if the decision hangs on what it has.
  func authorize(_ client: AuthenticatedClient, _ target: PublishTarget) async throws(Refusal) -> UpstreamPermit {
    switch client {
    case .principal(let authenticated):
      if case .hangsOnExistence(let leave) = try judge(authenticated, target) {
        attempt.inputs.package = try await inquiry(of: .package, target, as: .policy(leave))
      }
    case .legacy(let pass):
      if let leave = attempt.reportOnly?.judge(target, self) {
        attempt.inputs.package = try await inquiry(of: .package, leave.target, as: .client(pass))
        _ = attempt.reportOnly?.judge(target, self)
      }
    }
    return try decide(client, target)
  }

  private func judge(_ authenticated: AuthenticatedPrincipal, _ target: PublishTarget) throws(Refusal) -> Decision {
    attempt.record.granted = false
    let now = gateway.now()
    guard !authenticated.isExpired(at: now) else { throw authenticated.expiredRefusal }
    let decision: Decision
    do throws(PolicyRefusal) {
      decision = try gateway.configuration.policy.decide(authenticated.principal, target, knowing: attempt.inputs, at: now)
    } catch {
      throw Refusal(error)
    }
    guard case .granted(let grant) = decision else { return decision }
    if let freeze = gateway.freeze(of: target.registry, grant.publisher) {
      attempt.record.nearestPublisher = grant.publisher
      throw .state(.frozen(freeze))
    }
    attempt.record.describe(grant)
    return decision
  }

  private func refuseFrozen(_ registry: RegistryName, publisher: PublisherID?) throws(Refusal) {
    if let freeze = gateway.freeze(of: registry, publisher) { throw .state(.frozen(freeze)) }
  }

  private func inquiry(
    of subject: ExistenceProbe.Subject, _ target: PublishTarget, as asker: RegistryProber.Asker
  ) async throws(Refusal) -> Existence {
    let inquiry = RegistryProber(
      gateway: gateway, registry: registry, request: request, connector: connector, memory: body.resources.memory,
      eventLoop: attempt.eventLoop)
    return try await Refusal.wrap(Refusal.upstream) { () async throws(UpstreamFailure) in
      try await inquiry.existence(of: subject, target, as: asker)
    }
  }

  // MARK: The store's word

  /// Binds the credential to the release and to the artifact's bytes, and opens the intent to send them.
  func bind(_ client: AuthenticatedClient, _ target: PublishTarget, _ artifact: SpooledArtifact) async throws(Refusal) -> IntentID {
    try await reserve(client, target) { upload throws(StateRefusal) in
      switch client {
      case .legacy: try await gateway.store.open(upload)
      case .principal(let authenticated):
        try await gateway.store.bind(
          Binding(
            subject: authenticated.subject, upload: upload, digest: artifact.digests.sha256, rememberedUntil: authenticated.rememberedUntil)
        )
      }
    }
  }

  /// Claims the name of a file whose bytes are still to come, and opens the intent to send them.
  func claim(_ client: AuthenticatedClient, _ target: PublishTarget) async throws(Refusal) -> StreamClaimOutcome {
    try await reserve(client, target) { upload throws(StateRefusal) in
      switch client {
      case .legacy: .claimed(try await gateway.store.open(upload))
      case .principal(let authenticated):
        try await gateway.store.claim(
          StreamClaim(subject: authenticated.subject, upload: upload, rememberedUntil: authenticated.rememberedUntil))
      }
    }
  }

  /// Enters an upload into the store. Where somebody was learnt since the store was asked, it is judged once more.
  private func reserve<Value>(
    _ client: AuthenticatedClient, _ target: PublishTarget, _ enter: (UploadIntent) async throws(StateRefusal) -> Value
  ) async throws(Refusal) -> Value {
    if case .principal(let authenticated) = client { try await recall(authenticated) }
    let upload = try await intended(client, target)
    do throws(StateRefusal) {
      return try await enter(upload)
    } catch {
      guard error == .reserved, case .principal(let authenticated) = client else { throw .state(error) }
      let before = attempt.inputs.learnt
      try await recall(authenticated)
      guard attempt.inputs.learnt != before else { throw .state(error) }
    }
    let again = try await intended(client, target)
    return try await Refusal.wrap(Refusal.state) { () async throws(StateRefusal) in try await enter(again) }
  }

  /// What is known may have been learnt an hour ago, before the body came.
  private func recall(_ authenticated: AuthenticatedPrincipal) async throws(Refusal) {
    try await Authentication(gateway: gateway, configuration: configuration, registry: registry, attempt: attempt).recall(
      authenticated.principal)
  }

  private func intended(_ client: AuthenticatedClient, _ target: PublishTarget) async throws(Refusal) -> UploadIntent {
    var permit = try await authorize(client, target)
    if let grant = permit.grant, grant.newPin != nil, attempt.inputs.package == nil {
      // Who is first may bring the package into being; the answer may also give the word to another entry.
      attempt.inputs.package = try await inquiry(of: .package, target, as: .policy(ProbePermit(grant)))
      permit = try decide(client, target)
    }
    let use = permit.grant.map { grant in
      PublisherUse(key: grant.key, newPin: grant.newPin, run: attempt.record.provenance.runURL ?? attempt.record.provenance.runID)
    }
    let createsPackage = use?.newPin != nil && attempt.inputs.package != .exists
    if registry.settings.overwrite == .refuse { try await refuseExisting(target, permit) }
    // A client without a verified token must not keep others from publishing.
    let isExclusive = registry.settings.overwrite == .refuse && use != nil
    let upload = UploadIntent(
      target: target, use: use, createsPackage: createsPackage, isExclusive: isExclusive, note: attempt.record.note(at: gateway.clock()))
    attempt.reserved = (upload, permit.grant?.isRenamed ?? false)
    return upload
  }

  /// The file that an upload would bring must not be there, where nothing may be overwritten.
  ///
  /// It is asked before anything is written, and again once no other upload of the file can run.
  func refuseExisting(_ target: PublishTarget, _ permit: UpstreamPermit) async throws(Refusal) {
    let asker: RegistryProber.Asker =
      switch permit {
      case .grant(let grant): .policy(ProbePermit(grant))
      case .legacy(let pass): .client(pass)
      }
    switch try await inquiry(of: .file, target, as: asker) {
    case .absent: break
    case .exists: throw .package(.fileExists(file: target.file))
    case .unknown: throw .package(.existenceUnknown(package: target.package.canonical))
    }
  }
}

extension AuditRecord {
  /// What a Grant says of its publisher.
  mutating func describe(_ grant: Grant) {
    granted = true
    publisher = grant.publisher
    publisherState = grant.newPin == nil ? .active : .pending
  }
}

extension Refusal {
  /// Runs one stage that waits and puts its refusal into the sum of all stages.
  static func wrap<Stage: Error, Value>(
    _ stage: (Stage) -> Refusal, _ body: () async throws(Stage) -> Value
  ) async throws(Refusal) -> Value {
    do throws(Stage) { return try await body() } catch { throw stage(error) }
  }

  /// Runs one stage and puts its refusal into the sum of all stages.
  static func wrap<Stage: Error, Value>(_ stage: (Stage) -> Refusal, _ body: () throws(Stage) -> Value) throws(Refusal) -> Value {
    do throws(Stage) { return try body() } catch { throw stage(error) }
  }
}
