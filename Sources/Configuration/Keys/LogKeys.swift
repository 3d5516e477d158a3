/// The keys of `log`.
enum LogKey: String, SettingsKey {
  /// `json` or `text`.
  /// Default: `json`.
  case format
  /// `trace`, `debug`, `info`, `notice`, `warning`, `error` or `critical`.
  /// Default: `info`.
  case level
}

/// The keys of `audit`.
enum AuditKey: String, SettingsKey {
  /// The audit log's file. It is always JSON, and reopened on SIGHUP.
  /// Default: standard output, among the log's lines.
  case file
  /// What happens while it can't be written: `refuse` uploads, or `continue`.
  /// Default: `refuse`.
  case onFailure = "on_failure"
}
