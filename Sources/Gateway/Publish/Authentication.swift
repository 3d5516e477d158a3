import Observability
import PublisherPolicy
import RegistryProtocols
import StateStore
import StrictParsers
import TokenVerification

/// Who asks, and by which credential the store remembers him.
struct AuthenticatedPrincipal {
  let principal: Principal
  let subject: BindingSubject
  /// From then on the credential is worth nothing.
  let end: UnixTime

  /// Past the end by a margin: a record that is forgotten first is a replay.
  var rememberedUntil: UnixTime { end.advanced(by: Authentication.memoryMargin) }

  func isExpired(at now: UnixTime) -> Bool { now >= end }

  var expiredRefusal: Refusal {
    switch subject {
    case .direct: .token(.expired(at: principal.identity.expiry))
    case .uploadToken: .credential(.unknownUploadToken)
    }
  }
}

/// Turns the credential that a client presented into an identity, or says why it is none.
struct Authentication {
  /// Seconds for which a credential is remembered past the moment at which the last verifier would still accept it.
  static let memoryMargin: Int64 = 60

  let gateway: GatewayServices
  let configuration: Configuration
  let registry: Registry
  let attempt: Attempt

  func authenticate(_ presented: PresentedCredential) async throws(Refusal) -> AuthenticatedPrincipal {
    switch presented {
    case .oidc(let compact):
      attempt.record.credential = .oidc
      guard registry.settings.direct == .allow else { throw .credential(.directTokenRefused) }
      let identity = try await identity(ofToken: compact, audience: registry.settings.audience)
      let principal = Principal(identity: identity, scope: nil)
      try await recall(principal)
      return AuthenticatedPrincipal(principal: principal, subject: .direct(identity.token), end: Self.end(of: identity))
    case .uploadToken(let token):
      attempt.record.credential = .uploadToken
      return try await authenticated(of: token)
    }
  }

  /// Verifies an OIDC token and reads from it whom it speaks for.
  func identity(ofToken compact: [UInt8], audience: ExactString) async throws(Refusal) -> PublisherIdentity {
    let token: VerifiedToken
    let issuer: Issuer
    do throws(TokenRefusal) {
      let unverified = try configuration.verifier.read(compact)
      guard let known = configuration.issuers[unverified.issuer] else { throw .unknownIssuer }
      issuer = known
      let keys = try await issuer.keys.keys(for: unverified.keyID)
      token = try configuration.verifier.verify(unverified, with: keys, audience: audience, at: gateway.now())
    } catch {
      throw .token(error)
    }
    gateway.noteUnaccountedClaims(configuration.policy.unaccountedClaims(of: token, issuer: issuer.name), of: issuer.name)
    do throws(PublisherRefusal) {
      let identity = try configuration.policy.identify(token, issuer: issuer.name)
      attempt.identify(identity, configuration.policy.provenance(of: identity), signedPart: token.signedPartDigest)
      return identity
    } catch {
      if let identity = configuration.policy.identity(of: token, issuer: issuer.name) {
        attempt.identify(identity, configuration.policy.provenance(of: identity), signedPart: token.signedPartDigest)
      }
      throw .publisher(error)
    }
  }

  private func authenticated(of token: UploadToken) async throws(Refusal) -> AuthenticatedPrincipal {
    let record: UploadTokenRecord?
    do throws(StateRefusal) {
      record = try await gateway.store.uploadToken(token.hash, at: gateway.now())
    } catch {
      throw .state(error)
    }
    guard let record, record.identity.audience == registry.settings.audience else { throw .credential(.unknownUploadToken) }
    attempt.identify(record.identity, configuration.policy.provenance(of: record.identity), signedPart: nil)
    let principal = Principal(identity: record.identity, scope: TokenScope(publishers: record.publishers, package: record.package))
    try await recall(principal)
    return AuthenticatedPrincipal(principal: principal, subject: .uploadToken(token.hash), end: record.expiry)
  }

  /// Asks the store what was learnt of the one who asks, where anything is learnt of his issuer's tokens.
  func recall(_ principal: Principal) async throws(Refusal) {
    let identity = principal.identity
    guard configuration.policy.pinsOnFirstUse(from: identity), let known = configuration.policy.recognisable(identity) else { return }
    do throws(StateRefusal) {
      attempt.inputs.learnt = try await gateway.store.learnt(
        issuer: identity.issuerURL, repository: known.repository, ids: known.ids)
    } catch {
      throw .state(error)
    }
  }

  /// When the last verifier would still accept the token: past its expiry by the clock skew that it tolerates.
  static func end(of identity: PublisherIdentity) -> UnixTime { identity.expiry.advanced(by: TokenVerifier.clockSkew) }
}
