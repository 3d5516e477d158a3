import Configuration
import Observability
import PublisherPolicy
import RegistryClient
import RegistryProtocols
import StateStore
import StrictParsers
import TokenVerification

/// For which decision an OIDC token is verified.
enum AuthenticationPurpose {
  /// The one that lets the upload go.
  case publish
  /// The one that is only reported, while the client's own credential goes upstream.
  case report(PassthroughCredential)
}

/// What follows once it is known what was pinned.
enum PinPurpose {
  case admission
  case reservation(AdmittedUpload, UploadContent)
  /// The store has refused the reservation since somebody else's upload may pin an identity.
  case secondReservation(AdmittedUpload, UploadContent)
}

/// An upload whose body may come: some publisher of the registry is meant by its credential, or the registry takes the client's own.
struct AdmittedUpload {
  let client: AuthenticatedClient

  fileprivate init(client: AuthenticatedClient) { self.client = client }
}

extension PublishMachine {
  var authentication: Authentication {
    Authentication(configuration: request.configuration, audience: request.registry.settings.audience)
  }

  mutating func begin(_ world: some PublishWorld) throws(Refusal) -> Action {
    guard world.canRecord else { throw .gateway(.auditUnavailable) }
    if case .length(let length) = request.head.framing, length > request.limits.upload { throw .body(.tooLarge) }
    let presented: PresentedCredential
    do throws(CredentialRefusal) {
      presented = try request.registry.protocol.credential(of: request.routed)
    } catch {
      guard
        let pass = PassthroughCredential(
          of: request.head, in: request.registry.protocol.credentialField(of: request.routed), refusedAs: error,
          isTaken: request.registry.settings.legacyCredentials == .pass)
      else {
        throw .credential(error)
      }
      record.facts.credential = .legacy
      return try passThrough(pass, world)
    }
    switch presented {
    case .oidc(let compact):
      record.facts.credential = .oidc
      guard request.registry.settings.direct == .allow else { throw .credential(.directTokenRefused) }
      let unverified = try authentication.read(compact)
      return enter(.awaitingKeys(unverified, .publish), .fetchKeys(unverified))
    case .uploadToken(let token):
      record.facts.credential = .uploadToken
      return enter(.awaitingUploadToken(token), .lookUpToken(token.hash))
    }
  }

  mutating func verify(
    _ credential: UnverifiedCredential, _ keys: Result<KeySet, TokenRefusal>, _ purpose: AuthenticationPurpose, _ world: some PublishWorld
  ) throws(Refusal) -> Action {
    switch purpose {
    case .publish:
      let client = Authentication.direct(try authentication.identify(credential, keys, in: &record, world))
      return try recallPins(of: client, .admission, world)
    case .report(let pass):
      let principal: Principal
      do throws(Refusal) {
        principal = Principal(identity: try authentication.identify(credential, keys, in: &record, world), scope: nil)
      } catch {
        return try report(.failure(error), pass, world)
      }
      guard let query = authentication.pinQuery(of: principal) else { return try report(.success(principal), pass, world) }
      return enter(.awaitingReportedPins(principal, pass), .recallPins(query))
    }
  }

  mutating func authenticate(
    _ token: UploadToken, _ found: Result<UploadTokenRecord?, StateRefusal>, _ world: some PublishWorld
  ) throws(Refusal) -> Action {
    try recallPins(of: try authentication.principal(of: token, found, in: &record), .admission, world)
  }

  // MARK: What was pinned

  /// Asks the store what was pinned of the one who asks, where anything is pinned of his issuer's tokens.
  mutating func recallPins(of client: AuthenticatedPrincipal, _ purpose: PinPurpose, _ world: some PublishWorld) throws(Refusal) -> Action {
    guard let query = authentication.pinQuery(of: client.principal) else { return try goOn(client, purpose, world) }
    return enter(.awaitingPins(client, purpose), .recallPins(query))
  }

  mutating func useNewPins(
    _ pins: Result<[PinnedIdentity], StateRefusal>, _ client: AuthenticatedPrincipal, _ purpose: PinPurpose, _ world: some PublishWorld
  ) throws(Refusal) -> Action {
    let before = inputs.learnt
    do throws(StateRefusal) { inputs.learnt = try pins.get() } catch { throw .state(error) }
    if case .secondReservation = purpose, inputs.learnt == before { throw .state(.reserved) }
    return try goOn(client, purpose, world)
  }

  private mutating func goOn(_ client: AuthenticatedPrincipal, _ purpose: PinPurpose, _ world: some PublishWorld) throws(Refusal) -> Action
  {
    switch purpose {
    case .admission: try admit(.principal(client), world)
    case .reservation(let upload, let content): try authorize(upload, .reservation(content, isSecond: false), world)
    case .secondReservation(let upload, let content): try authorize(upload, .reservation(content, isSecond: true), world)
    }
  }

  // MARK: A client's own credential

  /// Where the registry is only tried out, the policy's decision about a token that stands beside the credential is reported.
  private mutating func passThrough(_ pass: PassthroughCredential, _ world: some PublishWorld) throws(Refusal) -> Action {
    guard request.registry.settings.mode == .report, let token = ReportOnlyDecision.token(in: request.head) else {
      return try admit(.legacy(pass), world)
    }
    let unverified: UnverifiedCredential
    do throws(Refusal) { unverified = try authentication.read(try token.get()) } catch { return try report(.failure(error), pass, world) }
    return enter(.awaitingKeys(unverified, .report(pass)), .fetchKeys(unverified))
  }

  mutating func report(
    _ principal: Principal, _ pins: Result<[PinnedIdentity], StateRefusal>, _ pass: PassthroughCredential, _ world: some PublishWorld
  ) throws(Refusal) -> Action {
    do throws(StateRefusal) { inputs.learnt = try pins.get() } catch { return try report(.failure(.state(error)), pass, world) }
    return try report(.success(principal), pass, world)
  }

  private mutating func report(
    _ principal: Result<Principal, Refusal>, _ pass: PassthroughCredential, _ world: some PublishWorld
  ) throws(Refusal) -> Action {
    reportOnly = ReportOnlyDecision(of: principal)
    return try admit(.legacy(pass), world)
  }

  // MARK: Admission

  /// Lets the body in: some publisher of this registry is meant by the token. What it may publish is decided when it is known.
  private mutating func admit(_ client: AuthenticatedClient, _ world: some PublishWorld) throws(Refusal) -> Action {
    let registry = request.registry.name
    if let freeze = world.freeze(of: registry, nil) { throw .state(.frozen(freeze)) }
    if case .principal(let authenticated) = client {
      subject = authenticated.subject
      let admissions = try Refusal.wrap(Refusal.publisher) { () throws(PublisherRefusal) in
        try request.configuration.policy.admit(
          authenticated.principal, to: registry, request.route.namedTarget, knowing: inputs, at: world.now())
      }
      if let publisher = admissions.first?.publisher {
        share = .publisher(publisher)
        do throws(SharedBudget.Shortage) { try resources.move(to: share) } catch { throw .body(.noMemory(error)) }
      }
    }
    isOurs = client.isOurs
    return try begin(AdmittedUpload(client: client), world)
  }
}
