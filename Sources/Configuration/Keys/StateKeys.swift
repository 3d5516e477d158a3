/// The keys of `state`.
enum StateKey: String, SettingsKey {
  /// A database file, for one gateway.
  /// Default: `/var/lib/imprimatur/state.db`.
  case sqlite
  /// A PostgreSQL database, for several gateways.
  /// Default: none.
  case postgres
  /// `true`: the state ends with the process.
  /// Default: none.
  case memory
}

/// The keys of `state.postgres`.
enum PostgresKey: String, SettingsKey {
  /// A secret: the database's URL.
  /// Required.
  case url
}
