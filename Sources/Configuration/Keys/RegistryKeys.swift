/// The keys of `registries.NAME` that every registry may have. An ecosystem adds its own options.
enum RegistryKey: String, SettingsKey {
  /// `pypi` (a Python index), `rubygems` (a gem server), `pub` (a repository of Dart packages), `cargo` (a registry of crates), `npm` (a registry of npm packages), `nuget` (a registry of packages for .NET) or `generic` (files at paths). Other protocols of the format are reported as not available in this version.
  /// Required.
  case `protocol`
  /// The host name that clients use, without scheme and port.
  /// Default: any host, if there is one registry; else required.
  case host
  /// The public prefix. It can't be below `/_`.
  /// Default: `/`.
  case path
  /// Exactly the token's `aud`. Choose a word of your own.
  /// Required.
  case audience
  /// The registry itself.
  /// Required.
  case upstream
  /// Uploads that are streamed: `sha256`, or `none`. `none` is faster; the record has no hash, and one token can send each file name once.
  /// Default: `sha256`.
  case digest
  /// Whether an OIDC token itself may be the credential: `allow`, or `refuse`, after which tokens must be exchanged.
  /// Default: `allow`.
  case direct
  /// Tokens that the exchange gives out.
  /// Default: see below.
  case uploadToken = "upload_token"
  /// GET and HEAD: `pass`, or `refuse`, but for those that an upload needs, by a client that may make it.
  /// Default: `pass`.
  case reads
  /// Whether clients may speak HTTP/2: `allow`, or `refuse`. It is offered where all registries of a host allow it.
  /// Default: `server.http2`; `refuse` for `nuget`, whose client shows a refusal's reason only in HTTP/1.1.
  case http2
  /// A file that exists: `registry` lets the registry decide, `refuse` asks it first.
  /// Default: `registry`.
  case overwrite
  /// A publish with a static credential: `refuse`, or `pass`.
  /// Default: `refuse`.
  case legacyCredentials = "legacy_credentials"
  /// `enforce`, or `report`, which needs `legacy_credentials: pass`.
  /// Default: `enforce`.
  case mode
}

/// The keys of `registries.NAME.upload_token`.
enum UploadTokenKey: String, SettingsKey {
  /// How long they live (15 m to 6 h).
  /// Default: `15m`.
  case lifetime
}
