import StrictParsers

extension SettingsSchema {
  func limits(_ node: SettingsNode) -> Limits {
    var limits = Limits()
    guard let members = node.members(LimitKey.self) else { return limits }
    limits.upload = members.value(.upload, limits.upload) { $0.size() }
    limits.spoolMemory = members.value(.spoolMemory, limits.spoolMemory) { $0.size(1...(1 << 30)).map { Int($0) } }
    limits.spoolTotal = members.value(.spoolTotal, limits.spoolTotal) { $0.size() }
    limits.spoolIdentity = members.value(.spoolIdentity, limits.spoolIdentity) { $0.size() }
    limits.spoolUnverified = members.value(.spoolUnverified, limits.spoolUnverified) { $0.size() }
    limits.spoolDirectory = members.value(.spoolDirectory, limits.spoolDirectory) { $0.path() }
    limits.memoryTotal = members.value(.memoryTotal, limits.memoryTotal) { $0.size((1 << 20)...(1 << 50)) }
    limits.inspectionTimeout = members.value(.inspectionTimeout, limits.inspectionTimeout) { $0.duration() }
    limits.connections = members.value(.connections, limits.connections) { $0.count(1...1_000_000) }
    limits.headerBytes = members.value(.headerBytes, limits.headerBytes) { $0.size(1024...(1 << 20)).map { Int($0) } }
    limits.headerCount = members.value(.headerCount, limits.headerCount) { $0.count(8...1000) }
    limits.tokenBytes = members.value(.tokenBytes, limits.tokenBytes) { $0.size(1024...(1 << 20)).map { Int($0) } }
    limits.handshakeTimeout = members.value(.handshakeTimeout, limits.handshakeTimeout) { $0.duration() }
    limits.headTimeout = members.value(.headTimeout, limits.headTimeout) { $0.duration() }
    limits.bodyTimeout = members.value(.bodyTimeout, limits.bodyTimeout) { $0.duration() }
    limits.bodyRate = members.value(.bodyRate, limits.bodyRate) { $0.rate() }
    limits.answer = members.value(.answer, limits.answer) { $0.size(1...(1 << 26)).map { Int($0) } }
    limits.answerRate = members.value(.answerRate, limits.answerRate) { $0.rate() }
    limits.connectTimeout = members.value(.connectTimeout, limits.connectTimeout) { $0.duration() }
    limits.upstreamTimeout = members.value(.upstreamTimeout, limits.upstreamTimeout) { $0.duration() }
    limits.drain = members.value(.drain, limits.drain) { $0.duration() }
    return limits
  }
}
