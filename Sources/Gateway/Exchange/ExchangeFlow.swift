import Configuration
import Digests
import NIOCore
import Observability
import PublisherPolicy
import RegistryProtocols
import StateStore
import StrictParsers
import TokenVerification

/// Serves the token endpoints: an OIDC token is exchanged for an upload token, and an upload token is ended.
struct ExchangeFlow {
  private static let mostBodyTime = TimeAmount.seconds(30)

  let gateway: GatewayServices
  let configuration: ConfigurationSnapshot
  /// Those that the path may mean. Never none.
  let registries: [Registry]
  let connection: ClientConnection

  func serve(_ endpoint: any TokenEndpoint, _ routed: RoutedRequest, _ body: RequestBody, _ request: RequestContext) async
    -> ConnectionPersistence
  {
    var record = RequestRecord(endpoint.purpose == .revoke ? .revoke : .exchange, request.id)
    record.facts.describe(request, routed.head, configuration)
    let end: End
    switch endpoint.purpose {
    case .issue(let frequency):
      record.facts.action = .mint
      end = await mint(endpoint, frequency, routed, body, &record)
    case .revoke:
      record.facts.action = .burn
      end = await burn(endpoint, routed, body, &record)
    }
    let answer: LocalResponse
    var mayContinue = routed.head.keepAlive && body.isComplete && !gateway.isDraining
    switch end {
    case .done(let done): answer = done
    case .counted(let counted):
      answer = counted
      if !connection.mayGoOnAfterRefusedExchange() { mayContinue = false }
    }
    guard await connection.answer(answer, to: request, closing: !mayContinue) else { return .abort }
    return mayContinue ? .keepAlive : .close
  }

  private enum End {
    case done(LocalResponse)
    /// The connection ends after several of these.
    case counted(LocalResponse)
  }

  // MARK: Mint

  private func mint(
    _ endpoint: any TokenEndpoint, _ frequency: ExchangeFrequency, _ routed: RoutedRequest, _ body: RequestBody,
    _ record: inout RequestRecord
  ) async -> End {
    do throws(Refusal) {
      let token = try await exchange(try await self.request(to: endpoint, routed, body), frequency, &record)
      await gateway.conclude(record, .completed())
      return .done(endpoint.issued(token))
    } catch {
      record.facts.nearestPublisher = error.nearestPublisher
      await gateway.conclude(record, error.outcome)
      return .counted(endpoint.refused(error.forClient(record.facts.requestID)))
    }
  }

  private func exchange(
    _ request: TokenRequest, _ frequency: ExchangeFrequency, _ record: inout RequestRecord
  ) async throws(Refusal) -> IssuedToken {
    try refuseOldConfiguration()
    record.facts.credential = .oidc
    let (registry, identity) = try await identify(request.token, &record)
    let principal = Principal(identity: identity, scope: nil)
    let inputs = try await authentication(for: registry).inputs(for: principal, gateway)
    let publishers = try admit(
      principal, knowing: inputs, to: registries.filter { $0.settings.audience == registry.settings.audience }, &record)
    let package = try request.package.map { written throws(Refusal) in
      guard let name = registry.settings.ecosystem.naming.canonicalName(written) else { throw .credential(.malformedExchange) }
      return PublishTarget.Package(canonical: name)
    }
    let scope = TokenScope(publishers: publishers, package: package)
    return try await keep(
      identity, for: scope, try rule(frequency, package), lifetime: registry.settings.uploadTokenLifetime)
  }

  private func rule(_ frequency: ExchangeFrequency, _ package: PublishTarget.Package?) throws(Refusal) -> ExchangeRule {
    switch (frequency, package) {
    case (.oncePerToken, _): return .oncePerToken
    case (.repeatable, _): return .repeatable
    case (.oncePerPackage, let package?): return .oncePerPackage(package)
    case (.oncePerPackage, nil): throw .credential(.malformedExchange)
    }
  }

  /// The publishers that the token means, of all registries that its audience may mean. Never empty.
  ///
  /// Frozen ones are among them, so that the upload token is judged as the OIDC token itself would be; one of them must be free.
  private func admit(
    _ principal: Principal, knowing inputs: PolicyInputs, to registries: [Registry], _ record: inout RequestRecord
  ) throws(Refusal) -> [PublisherID] {
    var publishers: [PublisherID] = []
    var refusal: Refusal?
    for registry in registries {
      do throws(PublisherRefusal) {
        let admissions = try configuration.policy.admit(principal, to: registry.name, knowing: inputs, at: gateway.now())
        for admission in admissions {
          if !publishers.contains(admission.publisher) { publishers.append(admission.publisher) }
          if let freeze = gateway.freeze(of: registry.name, admission.publisher) {
            refusal = refusal ?? .state(.frozen(freeze))
          } else if !record.facts.granted {
            record.facts.describe(registry)
            record.facts.granted = true
            record.facts.publisher = admission.publisher
            record.facts.publisherState = admission.isPending ? .pending : .active
          }
        }
      } catch {
        refusal = refusal ?? .publisher(error)
      }
    }
    guard !record.facts.granted, let refusal else { return publishers }
    record.facts.describe(registries[0])
    throw refusal
  }

  private func request(
    to endpoint: any TokenEndpoint, _ routed: RoutedRequest, _ body: RequestBody
  ) async throws(Refusal) -> TokenRequest {
    guard endpoint.purpose == .revoke || gateway.audit.ensureWritable() else { throw .gateway(.auditUnavailable) }
    let bytes: [UInt8]
    do throws(BodyRefusal) { bytes = try await body.collect(upTo: endpoint.bodyLimit, within: Self.mostBodyTime) } catch {
      throw .body(error)
    }
    return try Refusal.wrap(Refusal.credential) { () throws(CredentialRefusal) in try endpoint.request(routed, body: bytes) }
  }

  /// The registries of one host differ by their audience: the token's own says which is meant.
  private func identify(_ compact: [UInt8], _ record: inout RequestRecord) async throws(Refusal) -> (Registry, PublisherIdentity) {
    for registry in registries.dropLast() {
      do throws(Refusal) {
        return (registry, try await authentication(for: registry).identity(ofToken: compact, in: &record, gateway))
      } catch {
        guard case .token(.wrongAudience) = error else { throw error }
      }
    }
    let last = registries[registries.count - 1]
    return (last, try await authentication(for: last).identity(ofToken: compact, in: &record, gateway))
  }

  private func authentication(for registry: Registry) -> Authentication {
    Authentication(configuration: configuration, audience: registry.settings.audience)
  }

  /// Makes the upload token and uses up the OIDC token in one step of the store, the last that can fail: clients send the same token again after a 5xx.
  private func keep(
    _ identity: PublisherIdentity, for scope: TokenScope, _ rule: ExchangeRule, lifetime: Milliseconds
  ) async throws(Refusal) -> IssuedToken {
    guard let token = try? UploadToken.random() else { throw .state(.unavailable) }
    let expiry = gateway.now().advanced(by: lifetime.milliseconds / 1000)
    let record = UploadTokenRecord(
      hash: token.hash, identity: identity, publishers: scope.publishers, package: scope.package, expiry: expiry)
    do throws(StateRefusal) {
      try await gateway.store.exchange(
        TokenExchange(
          token: identity.token, rule: rule,
          rememberedUntil: Authentication.end(of: identity).advanced(by: Authentication.memoryMargin), record: record))
    } catch {
      throw .state(error)
    }
    do throws(Refusal) { try refuseOldConfiguration() } catch {
      _ = try? await gateway.store.burn(token.hash, at: gateway.now())
      throw error
    }
    return IssuedToken(token, expiry: expiry)
  }

  /// A body may be held back for long, and a token must not be made for a publisher whose tokens were ended meanwhile.
  private func refuseOldConfiguration() throws(Refusal) {
    guard gateway.configuration.settings.digest == configuration.settings.digest else { throw .gateway(.configurationChanged) }
  }

  // MARK: Burn

  /// Whatever is sent, the answer is the same, and counts in the same way, so that nobody learns which tokens live.
  private func burn(
    _ endpoint: any TokenEndpoint, _ routed: RoutedRequest, _ body: RequestBody, _ record: inout RequestRecord
  ) async -> End {
    do throws(Refusal) {
      let request = try await request(to: endpoint, routed, body)
      guard let token = UploadToken(parsing: request.token) else { throw .credential(.unknownUploadToken) }
      record.facts.credential = .uploadToken
      let burnt: UploadTokenRecord?
      do throws(StateRefusal) { burnt = try await gateway.store.burn(token.hash, at: gateway.now()) } catch { throw .state(error) }
      guard let burnt else { throw .credential(.unknownUploadToken) }
      record.identify(burnt.identity, configuration.policy.provenance(of: burnt.identity), signedPart: nil)
      record.facts.granted = true
      await gateway.conclude(record, .completed())
      return .counted(endpoint.revoked())
    } catch {
      await gateway.conclude(record, error.outcome)
      switch error {
      // Whether a token was sent at all is no secret.
      case .state, .credential(.missing): return .counted(endpoint.refused(error.forClient(record.facts.requestID)))
      default: return .counted(endpoint.revoked())
      }
    }
  }
}
