/// Why a request has no credential that could be judged.
package enum CredentialRefusal: Error, Hashable, Sendable {
  /// There is none. `challenged`: this ecosystem's clients send one only after they were asked.
  case missing(challenged: Bool)
  /// More than one Authorization field.
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
  }

  package var code: Code {
    switch self {
    case .missing: .missing
    case .repeated: .repeated
    case .malformed: .malformed
    case .unknownScheme: .unknownScheme
    case .notAccepted: .notAccepted
    case .malformedUploadToken: .malformedUploadToken
    case .directTokenRefused: .directTokenRefused
    case .unknownUploadToken: .unknownUploadToken
    case .malformedExchange: .malformedExchange
    }
  }

  /// One sentence for the person who published.
  package var explanation: String {
    switch self {
    case .missing: "the upload carries no credential; send an OIDC token or an upload token as the password"
    case .repeated: "the request carries more than one Authorization field"
    case .malformed: "the Authorization field is not well-formed"
    case .unknownScheme: "the Authorization scheme must be Basic or Bearer"
    case .notAccepted: "the credential is neither an OIDC token nor an upload token; passwords of the registry are not accepted here"
    case .malformedUploadToken: "the upload token is incomplete or mistyped"
    case .directTokenRefused: "this registry takes no OIDC token itself; exchange it for an upload token first"
    case .unknownUploadToken: "the upload token is unknown, expired or revoked"
    case .malformedExchange:
      "the body must be a JSON object whose member token is a string, and whose member package, if there is one, is a package's name"
    }
  }

  /// 403 where clients would prompt for a password or try again for ever.
  package var status: Int {
    switch self {
    case .missing(challenged: true): 401
    case .missing(challenged: false), .notAccepted, .malformedUploadToken, .directTokenRefused, .unknownUploadToken: 403
    case .repeated, .malformed, .unknownScheme, .malformedExchange: 400
    }
  }
}
