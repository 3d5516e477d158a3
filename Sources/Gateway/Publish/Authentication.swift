import Digests
import Observability
import PublisherPolicy
import RegistryProtocols
import StateStore
import StrictParsers
import TokenVerification

/// Somebody whom the policy knows by a token, and by which credential the store remembers him.
final class AuthenticatedPrincipal: Sendable {
  let principal: Principal
  let subject: BindingSubject
  /// From then on the credential is worth nothing.
  let end: UnixTime

  fileprivate init(principal: Principal, subject: BindingSubject, end: UnixTime) {
    self.principal = principal
    self.subject = subject
    self.end = end
  }

  /// Past the end by a margin: a record that is forgotten first is a replay.
  var rememberedUntil: UnixTime { end.advanced(by: Authentication.memoryMargin) }

  /// The upload token that it is known by, which may be burnt while an upload is under way.
  var uploadToken: SHA256Digest? {
    switch subject {
    case .direct: nil
    case .uploadToken(let hash): hash
    }
  }

  func isExpired(at now: UnixTime) -> Bool { now >= end }

  func refuseExpired(at now: UnixTime) throws(Refusal) {
    guard isExpired(at: now) else { return }
    switch subject {
    case .direct: throw .token(.expired(at: principal.identity.expiry))
    case .uploadToken: throw .credential(.unknownUploadToken)
    }
  }
}

/// An OIDC token that could be read, of an issuer that is configured. Its keys are needed to verify it.
struct UnverifiedCredential {
  let token: UnverifiedToken
  let issuer: Issuer

  fileprivate init(token: UnverifiedToken, issuer: Issuer) {
    self.token = token
    self.issuer = issuer
  }
}

/// Turns the credential that a client presented into an identity, or says why it is none.
struct Authentication {
  /// Seconds for which a credential is remembered past the moment at which the last verifier would still accept it.
  static let memoryMargin: Int64 = 60

  let configuration: ConfigurationSnapshot
  let audience: ExactString

  // MARK: An OIDC token

  func read(_ compact: [UInt8]) throws(Refusal) -> UnverifiedCredential {
    do throws(TokenRefusal) {
      let token = try configuration.verifier.read(compact)
      guard let issuer = configuration.issuers[token.issuer] else { throw .unknownIssuer }
      return UnverifiedCredential(token: token, issuer: issuer)
    } catch {
      throw .token(error)
    }
  }

  /// Whom a token speaks for, once its issuer's keys are known. What is proven of it is recorded, whatever it lacks.
  func identify(
    _ credential: UnverifiedCredential, _ keys: Result<KeySet, TokenRefusal>, in record: inout RequestRecord, _ world: some PublishWorld
  ) throws(Refusal) -> PublisherIdentity {
    let name = credential.issuer.name
    let token: VerifiedToken
    do throws(TokenRefusal) {
      token = try configuration.verifier.verify(credential.token, with: try keys.get(), audience: audience, at: world.now())
    } catch {
      throw .token(error)
    }
    let identified = try identify(token, issuer: name, in: &record)
    world.noteUnaccountedClaims(identified.unaccountedClaims, of: name)
    record.identify(identified)
    return identified.identity
  }

  private func identify(_ token: VerifiedToken, issuer: IssuerName, in record: inout RequestRecord) throws(Refusal) -> IdentifiedToken {
    if let known = configuration.identities[token.signedPartDigest, token.audience] { return known }
    let policy = configuration.policy
    do throws(PublisherRefusal) {
      let identity = try policy.identify(token, issuer: issuer)
      let identified = IdentifiedToken(
        identity, signedPart: token.signedPartDigest, provenance: policy.provenance(of: identity),
        unaccountedClaims: policy.unaccountedClaims(of: token, issuer: issuer))
      configuration.identities.note(identified)
      return identified
    } catch {
      if let identity = policy.identity(of: token, issuer: issuer) {
        record.identify(identity, policy.provenance(of: identity), signedPart: token.signedPartDigest)
      }
      throw .publisher(error)
    }
  }

  /// The OIDC token itself as the credential of an upload.
  static func direct(_ identity: PublisherIdentity) -> AuthenticatedPrincipal {
    AuthenticatedPrincipal(
      principal: Principal(identity: identity, scope: nil), subject: .direct(identity.token), end: end(of: identity))
  }

  // MARK: An upload token

  /// Whom an upload token speaks for, by what the store knows of it.
  func principal(
    of token: UploadToken, _ found: Result<UploadTokenRecord?, StateRefusal>, in record: inout RequestRecord
  ) throws(Refusal) -> AuthenticatedPrincipal {
    let known: UploadTokenRecord?
    do throws(StateRefusal) { known = try found.get() } catch { throw .state(error) }
    guard let known, known.identity.audience == audience else { throw .credential(.unknownUploadToken) }
    record.identify(known.identity, configuration.policy.provenance(of: known.identity), signedPart: nil)
    let principal = Principal(identity: known.identity, scope: TokenScope(publishers: known.publishers, package: known.package))
    return AuthenticatedPrincipal(principal: principal, subject: .uploadToken(token.hash), end: known.expiry)
  }

  // MARK: What was pinned

  /// What the store must be asked of the one who asks; `nil` if nothing is pinned of his issuer's tokens.
  func pinQuery(of principal: Principal) -> PinQuery? {
    let identity = principal.identity
    guard configuration.policy.pinsOnFirstUse(from: identity), let known = configuration.policy.recognisable(identity) else { return nil }
    return PinQuery(issuer: identity.issuerURL, repository: known.repository, ids: known.ids)
  }

  /// When the last verifier would still accept the token: past its expiry by the clock skew that it tolerates.
  static func end(of identity: PublisherIdentity) -> UnixTime { identity.expiry.advanced(by: TokenVerifier.clockSkew) }
}

/// A question to the store: which publishers were pinned to this repository, or to these ids.
struct PinQuery: Hashable, Sendable {
  let issuer: ExactString
  let repository: ExactString
  let ids: ImmutableIDs

  func ask(_ store: any StateStore) async -> Result<[PinnedIdentity], StateRefusal> {
    do throws(StateRefusal) {
      return .success(try await store.learnt(issuer: issuer, repository: repository, ids: ids))
    } catch {
      return .failure(error)
    }
  }
}
