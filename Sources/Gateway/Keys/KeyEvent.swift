import StrictParsers
import TokenVerification

/// What the log says about issuers' keys.
enum KeyEvent: Hashable, Sendable {
  /// The `kid`s that tokens can name from now on, and when the keys are fetched again.
  case refreshed(issuer: ExactString, ids: [ExactString], next: UnixTime)
  /// The keys that were there before stay, until `keptUntil`; `nil` if there are none.
  case refreshFailed(issuer: ExactString, KeyFailure, keptUntil: UnixTime?)
  /// Members of the set that can't be used. Said again only when they change.
  case skipped(issuer: ExactString, [KeySet.SkippedKey])
}

/// Why an issuer's keys could not be refreshed.
enum KeyFailure: Error, Hashable, Sendable {
  case fetch(FetchFailure)
  /// The discovery document is not a strict JSON object.
  case discovery(JSONError)
  /// Its `issuer` is missing or not exactly the configured URL.
  case foreignIssuer
  /// Its `jwks_uri` is missing, or neither of the issuer's origin nor the one that is known for its provider.
  case foreignKeys
  case keys(KeySetError)
}
