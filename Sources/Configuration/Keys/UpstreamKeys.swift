/// The keys of `registries.NAME.upstream`.
enum UpstreamKey: String, SettingsKey {
  /// `http://`, `https://`, or `unix:` and the absolute path of a socket.
  /// Required.
  case url
  /// The service credential: exactly one of the next five.
  /// Required.
  case credential
  /// Certificates in PEM by which the registry is trusted.
  /// Default: the system's certificates.
  case caFile = "ca_file"
  /// The certificate that the gateway shows.
  /// Default: none.
  case clientCertificate = "client_certificate"
  /// Whether connections are reused for the next upload.
  /// Default: `true`.
  case keepAlive = "keep_alive"
}

/// The keys of `registries.NAME.upstream.client_certificate`.
enum ClientCertificateKey: String, SettingsKey {
  /// Its file, in PEM.
  /// Required.
  case certificate
  /// A secret: its private key, in PEM.
  /// Required.
  case key
}
