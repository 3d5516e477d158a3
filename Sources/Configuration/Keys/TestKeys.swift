/// The keys of `tests`.
enum TestKey: String, SettingsKey {
  /// Unique in its file.
  /// Required.
  case name
  /// The issuer's name.
  /// Default: the only issuer.
  case issuer
  /// The token's claims.
  /// Required.
  case claims
  /// What is uploaded.
  /// Required.
  case upload
  /// The ids that were learnt before.
  /// Default: nothing.
  case learnt
  /// The publisher that learnt them.
  /// Default: the publisher in `expect`.
  case learntBy = "learnt_by"
  /// What the registry would say: `yes` or `no`.
  /// Default: unknown.
  case packageExists = "package_exists"
  /// The day, at 00:00 UTC.
  /// Default: now.
  case at
  /// `grant`, `refuse`, or a mapping.
  /// Required.
  case expect
}

/// The keys of `tests.upload`.
enum TestUploadKey: String, SettingsKey {
  /// The registry's name.
  /// Default: the only registry.
  case registry
  /// The package.
  /// Required.
  case package
  /// The version.
  /// Required, unless the registry's template has no version.
  case version
  /// The file's name.
  /// Default: empty.
  case file
}

/// The keys of `tests.expect`.
enum ExpectationKey: String, SettingsKey {
  /// `grant` or `refuse`.
  /// Required.
  case decision
  /// Of a grant: the publisher that grants.
  /// Default: any.
  case publisher
  /// Of a refusal: its code in <doc:RefusalCodes>, of a token, a publisher or a package.
  /// Default: any.
  case reason
}
