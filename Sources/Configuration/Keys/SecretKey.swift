/// The keys of a secret.
enum SecretKey: String, SettingsKey {
  /// A file. It is read again when it changes.
  case file
  /// A variable of the environment.
  case env
  /// A file in systemd's `$CREDENTIALS_DIRECTORY`.
  case systemd
}
