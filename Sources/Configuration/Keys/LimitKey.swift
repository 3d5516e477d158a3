/// The keys of `server.limits`.
enum LimitKey: String, SettingsKey {
  /// The body of one upload.
  /// Default: `2GiB`.
  case upload
  /// What of one upload is kept in memory; a larger one goes to a temporary file (at most 1 GiB).
  /// Default: `64KiB`.
  case spoolMemory = "spool_memory"
  /// All spooled uploads.
  /// Default: `8GiB`.
  case spoolTotal = "spool_total"
  /// The spooled uploads of one publisher.
  /// Default: `2GiB`.
  case spoolIdentity = "spool_identity"
  /// The spooled uploads whose credential only the registry can verify.
  /// Default: `256MiB`.
  case spoolUnverified = "spool_unverified"
  /// The folder of temporary files; it should be on a disk.
  /// Default: `/var/tmp`.
  case spoolDirectory = "spool_directory"
  /// All buffered bytes that are not in files (at least 1 MiB).
  /// Default: `512MiB`.
  case memoryTotal = "memory_total"
  /// Processor time of one archive's inspection.
  /// Default: `30s`.
  case inspectionTimeout = "inspection_timeout"
  /// Open client connections (1 to 1,000,000).
  /// Default: `10000`.
  case connections
  /// The head of a request (1 KiB to 1 MiB).
  /// Default: `32KiB`.
  case headerBytes = "header_bytes"
  /// Fields in a head (8 to 1,000).
  /// Default: `100`.
  case headerCount = "header_count"
  /// An OIDC token (1 KiB to 1 MiB).
  /// Default: `16KiB`.
  case tokenBytes = "token_bytes"
  /// A client's TLS handshake.
  /// Default: `10s`.
  case handshakeTimeout = "handshake_timeout"
  /// A whole head.
  /// Default: `10s`.
  case headTimeout = "head_timeout"
  /// A whole body, however fast its parts.
  /// Default: `1h`.
  case bodyTimeout = "body_timeout"
  /// What a client must send of a body, averaged over 30 s.
  /// Default: `1KiB/s`.
  case bodyRate = "body_rate"
  /// The registry's answer to a publish (at most 64 MiB).
  /// Default: `1MiB`.
  case answer
  /// What a client must take of an answer, averaged over 30 s.
  /// Default: `1KiB/s`.
  case answerRate = "answer_rate"
  /// A connection to a registry.
  /// Default: `10s`.
  case connectTimeout = "connect_timeout"
  /// From the last byte of an upload to the last byte of the registry's answer.
  /// Default: `5m`.
  case upstreamTimeout = "upstream_timeout"
  /// What runs at a SIGTERM; what has not ended by then is aborted.
  /// Default: `60s`.
  case drain
}
