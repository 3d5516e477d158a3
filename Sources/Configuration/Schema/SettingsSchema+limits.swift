import StrictParsers

extension SettingsSchema {
  private static let limitKeys = [
    "upload", "spool_memory", "spool_total", "spool_identity", "spool_unverified", "spool_directory", "memory_total", "inspection_timeout",
    "connections", "header_bytes", "header_count", "token_bytes", "handshake_timeout", "head_timeout", "body_timeout", "body_rate",
    "answer", "answer_rate", "connect_timeout", "upstream_timeout", "drain",
  ]

  func limits(_ node: SettingsNode) -> Limits {
    var limits = Limits()
    guard let members = node.members(Self.limitKeys) else { return limits }
    limits.upload = members.value("upload", limits.upload) { $0.size() }
    limits.spoolMemory = members.value("spool_memory", limits.spoolMemory) { $0.size(1...(1 << 30)).map { Int($0) } }
    limits.spoolTotal = members.value("spool_total", limits.spoolTotal) { $0.size() }
    limits.spoolIdentity = members.value("spool_identity", limits.spoolIdentity) { $0.size() }
    limits.spoolUnverified = members.value("spool_unverified", limits.spoolUnverified) { $0.size() }
    limits.spoolDirectory = members.value("spool_directory", limits.spoolDirectory) { $0.path() }
    limits.memoryTotal = members.value("memory_total", limits.memoryTotal) { $0.size((1 << 20)...(1 << 50)) }
    limits.inspectionTimeout = members.value("inspection_timeout", limits.inspectionTimeout) { $0.duration() }
    limits.connections = members.value("connections", limits.connections) { $0.count(1...1_000_000) }
    limits.headerBytes = members.value("header_bytes", limits.headerBytes) { $0.size(1024...(1 << 20)).map { Int($0) } }
    limits.headerCount = members.value("header_count", limits.headerCount) { $0.count(8...1000) }
    limits.tokenBytes = members.value("token_bytes", limits.tokenBytes) { $0.size(1024...(1 << 20)).map { Int($0) } }
    limits.handshakeTimeout = members.value("handshake_timeout", limits.handshakeTimeout) { $0.duration() }
    limits.headTimeout = members.value("head_timeout", limits.headTimeout) { $0.duration() }
    limits.bodyTimeout = members.value("body_timeout", limits.bodyTimeout) { $0.duration() }
    limits.bodyRate = members.value("body_rate", limits.bodyRate) { $0.rate() }
    limits.answer = members.value("answer", limits.answer) { $0.size(1...(1 << 26)).map { Int($0) } }
    limits.answerRate = members.value("answer_rate", limits.answerRate) { $0.rate() }
    limits.connectTimeout = members.value("connect_timeout", limits.connectTimeout) { $0.duration() }
    limits.upstreamTimeout = members.value("upstream_timeout", limits.upstreamTimeout) { $0.duration() }
    limits.drain = members.value("drain", limits.drain) { $0.duration() }
    return limits
  }
}
