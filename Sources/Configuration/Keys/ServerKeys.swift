/// The keys of `server`.
enum ServerKey: String, SettingsKey {
  /// The address of the public listener.
  /// Default: `127.0.0.1:8080`.
  case listen
  /// For loopback, or behind a TLS terminator, leave it out.
  /// Default: none: plain HTTP.
  case tls
  /// Whether clients may speak HTTP/2, which needs `tls`: `allow`, or `refuse`. A registry may say otherwise.
  /// Default: `allow`.
  case http2
  /// The origin that clients use, without a path. It is used to rewrite the registry's `Location`.
  /// Default: the registry's `host`; without one, the request's `Host`.
  case publicURL = "public_url"
  /// Addresses and ranges whose `X-Forwarded-For` is believed for the audit record.
  /// Default: `[]`.
  case trustedProxies = "trusted_proxies"
  /// Bounds of what clients can hold.
  /// Default: see below.
  case limits
}

/// The keys of `server.tls`.
enum ListenerTLSKey: String, SettingsKey {
  /// The certificate chain's file, in PEM.
  /// Required.
  case certificate
  /// The private key's file, in PEM.
  /// Required.
  case key
}

/// The keys of `admin`.
enum AdminKey: String, SettingsKey {
  /// The address of the admin listener. It has no authentication: listen where only your monitoring connects. It takes at most 64 connections.
  /// Required.
  case listen
}
