/// The keys of `publishers`.
enum PublisherEntryKey: String, SettingsKey {
  /// A unique name of `a-z`, `0-9` and `-`.
  /// Required.
  case id
  /// Whose tokens, by the issuer's name.
  /// Required.
  case issuer
  /// Conditions; all must hold.
  /// Required.
  case when
  /// For each registry a package or a list of packages.
  /// Required.
  case mayPublish = "may_publish"
  /// Which packages it may bring into being: `named` (written out in `may_publish`), `any` (also what a pattern matches), `none`.
  /// Default: `named`.
  case create
  /// `ids`, or `names`. See <doc:TrustOverTime>.
  /// Default: `ids`.
  case pin
  /// From this day on it can publish nothing.
  /// Default: never.
  case expires
}
