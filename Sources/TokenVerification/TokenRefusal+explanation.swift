import StrictParsers

extension TokenRefusal {
  /// What people are told: one sentence without a full stop.
  package var explanation: String {
    switch self {
    case .malformed(let malformation): "the token is not a JSON Web Token: \(malformation.explanation)"
    case .tooLarge(let limit): "the token is larger than \(limit) bytes"
    case .forbiddenHeader(.typ): "the token's `typ` is neither JWT nor at+jwt"
    case .forbiddenHeader(let member): "the token's header has `\(member.rawValue)`, which is not accepted here"
    case .unknownIssuer: "the token was issued by nobody who is configured here"
    case .algorithmNotAllowed: "the token is signed with an algorithm that is not allowed for its issuer, or that its key is not for"
    case .unknownKey: "the token names a key that its issuer does not publish"
    case .ambiguousKey: "the token names a key that its issuer publishes more than once"
    case .unusableKey(let reason): "the token names a key that can't be used: \(reason.rawValue)"
    case .badSignature: "the token's signature is not its issuer's"
    case .wrongAudience(let expected): "the token is meant for another audience; this registry expects `\(expected)`"
    case .expired(let time): "the token has expired: it was valid until \(time)"
    case .notYetValid: "the token is not valid yet; compare the clocks of its issuer and of this gateway"
    case .lifetimeTooLong(let limit): "the token is valid for longer than the \(limit) seconds that are allowed for its issuer"
    case .missingClaim(let claim): "the token lacks the claim `\(claim.rawValue)`"
    case .invalidClaim(let claim): "the token's claim `\(claim.rawValue)` is not of the form that it must have"
    case .keysUnavailable: "the keys of the token's issuer can't be had at the moment; try again"
    }
  }
}

extension TokenRefusal.Malformation {
  var explanation: String {
    switch self {
    case .parts: "it is not three parts with a dot between each"
    case .headerEncoding: "its header is not strict base64url"
    case .header(let error): "its header is not a strict JSON object: \(error.description)"
    case .headerMember(let member): "its header lacks `\(member.rawValue)`, or it is not a string"
    case .payloadEncoding: "its payload is not strict base64url"
    case .payload(let error): "its payload is not a strict JSON object: \(error.description)"
    case .signatureEncoding: "its signature is missing or not strict base64url"
    }
  }
}
