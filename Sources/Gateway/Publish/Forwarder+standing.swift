import Logging

extension Forwarder {
  /// Notes what a registry's answer tells of the service credential. A 403 may be of the file, too: then the registry is asked.
  func learn(from judged: Result<RelayedAnswer, UpstreamFailure>) async throws(UpstreamFailure) -> RelayedAnswer {
    guard isOurs, let credential = flow.attempt.credential else { return try judged.get() }
    switch judged {
    case .success(let answer):
      if answer.isSuccess { noteAccepted() }
      guard answer.status == 403, await refuses(credential) else { return answer }
      noteRefused(status: answer.status)
      throw .credentialRefused
    case .failure(let failure):
      if case .conflict = failure { noteAccepted() }
      if failure == .credentialRefused { noteRefused(status: flow.attempt.record.upstreamStatus) }
      throw failure
    }
  }

  private func refuses(_ credential: ServiceCredential) async -> Bool {
    let connector = UpstreamConnector(
      gateway: flow.gateway, registry: flow.registry.name, share: flow.attempt.share, limits: flow.configuration.settings.server.limits)
    let registry = flow.registry
    let eventLoop = flow.attempt.eventLoop
    return await registry.probe.isRefused(registry.credential.version, registry.standing) { () async throws(UpstreamFailure) in
      let connection = try await connector.connect(to: registry.origin, on: eventLoop)
      return try await PublishProbe.status(of: registry, with: credential, on: connection)
    }
  }

  private func noteAccepted() {
    guard flow.registry.standing.noteAccepted() else { return }
    flow.gateway.metrics.registryCredentialAccepted.setIfBegun(1, MetricLabel(flow.registry.name))
    flow.gateway.log.log(.credentialAccepted, ["registry": "\(flow.registry.name)"])
  }

  private func noteRefused(status: Int?) {
    guard flow.registry.standing.noteRefused() else { return }
    flow.gateway.metrics.registryCredentialAccepted.setIfBegun(0, MetricLabel(flow.registry.name))
    flow.gateway.log.log(.credentialRefused, ["registry": "\(flow.registry.name)", "status": "\(status ?? 0)"])
  }
}
