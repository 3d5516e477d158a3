/// The keys of `registries.NAME.upstream.credential`.
enum CredentialKey: String, SettingsKey {
  /// HTTP's Basic authentication.
  case basic
  /// A secret: the token behind `Bearer`.
  case bearer
  /// A field of its own.
  case header
  /// A secret: the whole value of `Authorization`.
  case raw
  /// `true`: the registry asks for none.
  case none
}

/// The keys of `registries.NAME.upstream.credential.basic`.
enum BasicCredentialKey: String, SettingsKey {
  /// The user name, without a colon.
  /// Required.
  case username
  /// A secret.
  /// Required.
  case password
}

/// The keys of `registries.NAME.upstream.credential.header`.
enum FieldCredentialKey: String, SettingsKey {
  /// The field's name.
  /// Required.
  case name
  /// A secret.
  /// Required.
  case value
}
