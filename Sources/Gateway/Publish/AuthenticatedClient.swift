import PublisherPolicy
import RegistryProtocols
import StrictParsers

/// Which credential authenticated the client.
enum AuthenticatedClient {
  /// A token that the policy knows.
  case principal(AuthenticatedPrincipal)
  /// The client's own, which only the registry knows.
  case legacy(PassthroughCredential)

  /// Whether the credential that goes upstream is ours.
  var isOurs: Bool {
    switch self {
    case .principal: true
    case .legacy: false
    }
  }
}

/// A client's own static credential, for a registry that still takes such: it goes upstream in the place of ours.
struct PassthroughCredential {
  /// The value of Authorization, as it came.
  let authorization: ArraySlice<UInt8>

  /// `nil` if the registry takes none, or the credential is one of those that are ours to judge: a token of ours or a JWS is never taken for a password.
  init?(of head: RequestHead, refusedAs refusal: CredentialRefusal, by settings: RegistrySettings) {
    guard settings.legacyCredentials == .pass, refusal == .notAccepted,
      let value = try? head.fields.single(named: "authorization")
    else { return nil }
    authorization = value
  }
}

/// What lets an upload go upstream, and says with which credential.
enum UpstreamPermit {
  /// The policy's: with ours.
  case grant(Grant)
  /// None of ours: with the client's own.
  case legacy(PassthroughCredential)

  var grant: Grant? {
    switch self {
    case .grant(let grant): grant
    case .legacy: nil
    }
  }
}
