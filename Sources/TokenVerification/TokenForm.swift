/// In what the tokens of one CI system differ from those of another, as far as it matters to their verification.
package struct TokenForm: Hashable, Sendable {
  package enum Audience: String, Hashable, Sendable {
    /// `aud` is a string, and a list is refused, even of one member.
    case string
    /// `aud` is a list, of exactly one member: a token that is meant for others too is theirs to replay.
    case listOfOne
    /// `aud` is either: a string, or a list of exactly one member.
    case stringOrListOfOne
  }

  /// Whether a token without `jti` is refused. Where none is sent, a token is remembered by its signed part.
  package let hasID: Bool
  package let audience: Audience

  package init(hasID: Bool, audience: Audience = .string) {
    self.hasID = hasID
    self.audience = audience
  }
}
