import Configuration
import Digests
import Observability
import PublisherPolicy
import RegistryProtocols
import StateStore
import StrictParsers
import TokenVerification

/// The same for requests that are served by a task.
extension Authentication {
  /// Verifies an OIDC token and reads from it whom it speaks for.
  func identity(ofToken compact: [UInt8], in record: inout RequestRecord, _ gateway: GatewayServices) async throws(Refusal)
    -> PublisherIdentity
  {
    let unverified = try read(compact)
    return try identify(unverified, await unverified.issuer.keys.find(unverified.token.keyID), in: &record, gateway)
  }

  /// Whom the credential of a request speaks for, whichever it is.
  func principal(
    of presented: PresentedCredential, direct permission: RegistrySettings.Permission, in record: inout RequestRecord,
    _ gateway: GatewayServices
  ) async throws(Refusal) -> AuthenticatedPrincipal {
    switch presented {
    case .oidc(let compact):
      record.facts.credential = .oidc
      guard permission == .allow else { throw .credential(.directTokenRefused) }
      return Self.direct(try await identity(ofToken: compact, in: &record, gateway))
    case .uploadToken(let token):
      record.facts.credential = .uploadToken
      return try principal(of: token, await gateway.findUploadToken(token.hash), in: &record)
    }
  }

  /// What the policy judges a principal by beyond its token.
  func inputs(for principal: Principal, _ gateway: GatewayServices) async throws(Refusal) -> PolicyInputs {
    guard let query = pinQuery(of: principal) else { return PolicyInputs() }
    do throws(StateRefusal) { return PolicyInputs(learnt: try await query.ask(gateway.store).get()) } catch { throw .state(error) }
  }
}

extension IssuerKeys {
  nonisolated func find(_ id: ExactString) async -> Result<KeySet, TokenRefusal> {
    do throws(TokenRefusal) { return .success(try await keys(for: id)) } catch { return .failure(error) }
  }
}

extension GatewayServices {
  func findUploadToken(_ hash: SHA256Digest) async -> Result<UploadTokenRecord?, StateRefusal> {
    do throws(StateRefusal) { return .success(try await store.uploadToken(hash, at: now())) } catch { return .failure(error) }
  }
}
