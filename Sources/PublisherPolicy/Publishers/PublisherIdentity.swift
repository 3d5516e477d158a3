package import StrictParsers
import Synchronization
package import TokenVerification

/// Who a verified token speaks for, in the claims that its provider's table lets a publisher constrain.
package final class PublisherIdentity: Hashable, Sendable {
  package let issuer: IssuerName
  /// The verified `iss`.
  package let issuerURL: ExactString
  /// The verified `aud`.
  package let audience: ExactString
  /// The claims of the provider's table that are kept; no other claim of the token is.
  package let claims: JSONObject
  package let token: TokenID
  /// When the token expires; an upload token made from it has an expiry of its own.
  package let expiry: UnixTime
  /// What a policy has last found of it.
  let judged = Mutex<JudgedCandidates?>(nil)

  init(issuer: IssuerName, issuerURL: ExactString, audience: ExactString, claims: JSONObject, token: TokenID, expiry: UnixTime) {
    self.issuer = issuer
    self.issuerURL = issuerURL
    self.audience = audience
    self.claims = claims
    self.token = token
    self.expiry = expiry
  }

  package static func == (left: PublisherIdentity, right: PublisherIdentity) -> Bool {
    left === right
      || left.issuer == right.issuer && left.issuerURL == right.issuerURL && left.audience == right.audience && left.claims == right.claims
        && left.token == right.token && left.expiry == right.expiry
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(issuer)
    hasher.combine(token)
  }

  /// A claim as conditions compare it: a string as it is, an integer as its digits. Any other type is no value, and nothing matches it.
  package func claim(_ name: ExactString) -> ExactString? {
    switch name {
    case "iss": return issuerURL
    case "aud": return audience
    default: break
    }
    switch claims[name] {
    case .string(let text): return text
    case .integer(let number): return ExactString(String(number))
    case .null, .bool, .number, .array, .object, nil: return nil
    }
  }

  /// A claim that is a list of nothing but strings.
  func texts(_ name: ExactString) -> [ExactString]? {
    guard let list = claims[name]?.array else { return nil }
    let texts = list.compactMap(\.string)
    return texts.count == list.count ? texts : nil
  }
}
