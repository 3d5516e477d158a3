import Glibc

/// How the process's file descriptors are shared out, so that clients never take those that registries, the state and the audit log need.
struct DescriptorLimits: Hashable, Sendable {
  /// For listeners, the state store, the audit log, issuers' keys, configuration files and the runtime.
  private static let reserve = 64
  private static let mostUpstreamConnections = 1024

  /// What `RLIMIT_NOFILE` allows.
  let total: Int

  init(total: Int) { self.total = total }

  /// Raises the soft limit to the hard one.
  static func raised() -> DescriptorLimits {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return DescriptorLimits(total: 1024) }
    limit.rlim_cur = limit.rlim_max
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return DescriptorLimits(total: Int(clamping: limit.rlim_cur))
  }

  /// A third of what is left: a request may hold its client's connection, one to a registry and a spool file.
  private var third: Int { max(1, (total - Self.reserve) / 3) }

  /// How many clients' connections may be open of those that the configuration allows.
  func clientConnections(upTo configured: Int) -> Int { min(configured, third) }

  /// How many connections to one registry may be open.
  var upstreamConnections: Int { min(third, Self.mostUpstreamConnections) }
}
