/// The keys at the top of a configuration.
enum TopKey: String, SettingsKey {
  /// The version of this format: `1`.
  /// Required.
  case version
  /// The public listener.
  /// Default: see below.
  case server
  /// The listener of `/live`, `/ready` and `/metrics`. None of them is on the public port.
  /// Default: none.
  case admin
  /// Where the gateway remembers used tokens and learnt ids.
  /// Default: `{sqlite: /var/lib/imprimatur/state.db}`.
  case state
  /// Diagnostics, on standard output.
  /// Default: see below.
  case log
  /// The audit log.
  /// Default: see below.
  case audit
  /// Whose tokens are accepted, by a name of your choice.
  /// Required.
  case issuers
  /// The registries behind the gateway, by a name of your choice.
  /// Required.
  case registries
  /// Who may publish what.
  /// Default: none.
  case publishers
  /// Files with more publishers.
  /// Default: none.
  case include
  /// Policy tests; they change nothing of what is served.
  /// Default: none.
  case tests
}
