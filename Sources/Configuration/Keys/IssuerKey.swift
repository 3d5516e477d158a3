/// The keys of `issuers.NAME`.
enum IssuerKey: String, SettingsKey {
  /// The CI system, by its name in <doc:CISystems>.
  /// Required.
  case provider
  /// Exactly the token's `iss`.
  /// Default: the provider's public service, if it has one.
  case url
  /// The claims that together say whose a token is.
  /// Required of `generic`, an error elsewhere.
  case identity
  /// Certificates in PEM by which the issuer's server is trusted.
  /// Default: the system's certificates.
  case caFile = "ca_file"
  /// Where the keys are.
  /// Default: the discovery document's `jwks_uri`, which must be of the issuer's origin.
  case jwksURL = "jwks_url"
  /// A file with the keys, instead of any fetching. It excludes `jwks_url`.
  /// Default: none.
  case jwksFile = "jwks_file"
  /// Signature algorithms: `RS256`, `RS384`, `RS512`, `PS256`, `ES256`, `ES384`, `EdDSA`.
  /// Default: `[RS256]`.
  case algorithms
  /// The longest accepted time from `iat` to `exp` (1 s to 30 d).
  /// Default: `24h`.
  case maxLifetime = "max_lifetime"
  /// Whether the issuer may be at a private or loopback address.
  /// Default: `false`.
  case allowPrivateNetwork = "allow_private_network"
  /// Whether `http` is accepted; of a loopback issuer only.
  /// Default: `false`.
  case allowHTTP = "allow_http"
}
