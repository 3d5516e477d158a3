package import StrictParsers

/// Why a request has no credential that could be judged.
package enum CredentialRefusal: ExplainedRefusal, Hashable, Sendable {
  /// There is none. `challenged`: this ecosystem's clients send one only after they were asked.
  case missing(challenged: Bool)
  /// More than one field of a credential.
  case repeated
  /// Not `Basic`, `Bearer` or `token` with what the scheme demands.
  case malformed
  case unknownScheme
  /// Neither an OIDC token nor an upload token: a password of the registry's own, say.
  case notAccepted
  /// It begins as an upload token and is none: cut short, or mistyped.
  case malformedUploadToken
  /// An OIDC token itself, where the registry takes only what the exchange made of one.
  case directTokenRefused
  /// An upload token that was never made here, has expired or was burnt.
  case unknownUploadToken
  /// The body of an exchange is not a JSON object whose `token` is a string.
  case malformedExchange
  /// The same where the token's member has another name.
  case missingExchangeMember(ExactString)
  /// The body of an exchange is not declared as JSON, which this ecosystem demands.
  case exchangeMediaType

  /// What programs are told: stable words.
  package enum Code: String, CaseIterable, Sendable {
    case missing = "credential.missing"
    case repeated = "credential.repeated"
    case malformed = "credential.malformed"
    case unknownScheme = "credential.unknown-scheme"
    case notAccepted = "credential.not-accepted"
    case malformedUploadToken = "credential.malformed-upload-token"
    case directTokenRefused = "credential.direct-token-refused"
    case unknownUploadToken = "credential.unknown-upload-token"
    case malformedExchange = "credential.malformed-exchange"
    case exchangeMediaType = "credential.exchange-media-type"
  }

  /// The status is 403 where clients would prompt for a password or try again for ever.
  package var facts: RefusalFacts<Code> {
    switch self {
    case .missing(let challenged):
      .init(.missing, challenged ? 401 : 403, "the upload carries no credential; send an OIDC token or an upload token as the password")
    case .repeated: .init(.repeated, 400, "the request carries the field of its credential more than once")
    case .malformed: .init(.malformed, 400, "the Authorization field is not well-formed")
    case .unknownScheme: .init(.unknownScheme, 400, "the Authorization scheme must be Basic or Bearer")
    case .notAccepted:
      .init(
        .notAccepted, 403, "the credential is neither an OIDC token nor an upload token; passwords of the registry are not accepted here")
    case .malformedUploadToken: .init(.malformedUploadToken, 403, "the upload token is incomplete or mistyped")
    case .directTokenRefused:
      .init(.directTokenRefused, 403, "this registry takes no OIDC token itself; exchange it for an upload token first")
    case .unknownUploadToken: .init(.unknownUploadToken, 403, "the upload token is unknown, expired or revoked")
    case .missingExchangeMember(let name):
      .init(.malformedExchange, 400, "the body must be a JSON object whose member \(name) is a string")
    case .exchangeMediaType: .init(.exchangeMediaType, 415, "the Content-Type of the exchange must be application/json")
    case .malformedExchange:
      .init(
        .malformedExchange, 400,
        "the body must be a JSON object whose member token is a string, and whose member package, if there is one, is a package's name")
    }
  }
}
