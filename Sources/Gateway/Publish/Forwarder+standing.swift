extension Forwarder {
  /// Notes what a registry's answer tells of the service credential. A 403 may be of the file, too: then the registry is asked.
  func learn(from judged: Result<RelayedAnswer, UpstreamFailure>) async throws(UpstreamFailure) -> RelayedAnswer {
    guard isOurs, let credential = flow.attempt.credential else { return try judged.get() }
    switch judged {
    case .success(let answer):
      if answer.isSuccess { flow.gateway.noteAcceptedCredential(of: flow.registry) }
      guard answer.status == 403, await refuses(credential) else { return answer }
      flow.gateway.noteRefusedCredential(of: flow.registry, status: answer.status)
      throw .credentialRefused
    case .failure(let failure):
      if case .conflict = failure { flow.gateway.noteAcceptedCredential(of: flow.registry) }
      if failure == .credentialRefused, let status = flow.attempt.record.upstreamStatus {
        flow.gateway.noteRefusedCredential(of: flow.registry, status: status)
      }
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
}
