import NIOCore
import PublisherPolicy
import RegistryProtocols
import StateStore
import StrictParsers
import TokenVerification

/// One upload from its head to its answer: who asks, may he, what would it publish, may he publish that, is it the first time, and only then the registry.
struct PublishFlow {
  let gateway: GatewayServices
  let configuration: Configuration
  let registry: Registry
  let head: RequestHead
  let path: RoutedPath
  let body: RequestBody
  let attempt: Attempt

  /// Returns what the registry answered, fit to be passed on.
  func run(_ plan: PublishPlan) async throws(Refusal) -> RelayedAnswer {
    guard gateway.audit.ensureWritable() else { throw .gateway(.auditUnavailable) }
    if case .length(let length) = head.framing, length > configuration.settings.server.limits.upload { throw .body(.tooLarge) }
    let presented = try Refusal.wrap(Refusal.credential) { () throws(CredentialRefusal) in try registry.dialect.credential(in: head) }
    let authority = try await Authentication(gateway: gateway, configuration: configuration, registry: registry, attempt: attempt)
      .authenticate(presented)
    switch plan {
    case .namedByPath(let target):
      return try await StreamedPublish(flow: self, authority: authority, target: target).run()
    case .namedInBody:
      try admit(authority)
      return try await SpooledPublish(flow: self, authority: authority).run()
    }
  }

  /// Lets the body in: some publisher of this registry is meant by the token. What it may publish is judged when it is known.
  private func admit(_ authority: Authority) throws(Refusal) {
    do throws(PublisherRefusal) {
      _ = try configuration.policy.admit(authority.identity, to: registry.name, at: gateway.now())
    } catch {
      throw .publisher(error)
    }
  }

  /// The upload's media type; one that stands twice is left out, since registries differ in which they would take.
  var contentType: ArraySlice<UInt8>? {
    do { return try head.fields.single(named: "content-type") } catch { return nil }
  }

  /// Decides by the configuration and the clock of this moment, however long the body took.
  func decide(_ authority: Authority, _ target: PublishTarget) throws(Refusal) -> Grant {
    attempt.record.granted = false
    let now = gateway.now()
    guard !authority.isExpired(at: now) else { throw authority.expiredRefusal }
    do throws(PolicyRefusal) {
      let grant = try gateway.configuration.policy.decide(authority.identity, target, at: now)
      attempt.record.granted = true
      attempt.record.publisher = grant.publisher
      attempt.record.publisherState = .active
      return grant
    } catch {
      throw Refusal(error)
    }
  }

  /// Binds the credential to the release and to the artifact's bytes, and opens the intent to send them.
  func bind(_ authority: Authority, _ target: PublishTarget, _ artifact: SpooledArtifact) async throws(Refusal) -> IntentID {
    let binding = Binding(
      subject: authority.subject, upload: IntendedUpload(target: target, use: nil, note: attempt.record.note(at: gateway.clock())),
      digest: artifact.digests.sha256, rememberedUntil: authority.rememberedUntil)
    do throws(StateRefusal) { return try await gateway.store.bind(binding) } catch { throw .state(error) }
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
