import Observability

extension Forwarder {
  /// Notes what a registry's answer tells of the service credential. A 403 may be of the file, too: then the registry is asked.
  func learn(from judged: Result<RelayedResponse, UpstreamFailure>) async throws(UpstreamFailure) -> RelayedResponse {
    guard isOurs, let credential = pipeline.attempt.credential else { return try judged.get() }
    switch judged {
    case .success(let answer):
      if answer.isSuccess { pipeline.gateway.noteAcceptedCredential(of: pipeline.registry) }
      guard answer.status == 403, await refuses(credential) else { return answer }
      pipeline.gateway.noteRefusedCredential(of: pipeline.registry, status: answer.status)
      throw .credentialRefused
    case .failure(let failure):
      if case .conflict = failure { pipeline.gateway.noteAcceptedCredential(of: pipeline.registry) }
      if failure == .credentialRefused, let status = pipeline.attempt.record.upstreamStatus {
        pipeline.gateway.noteRefusedCredential(of: pipeline.registry, status: status)
      }
      throw failure
    }
  }

  private func refuses(_ credential: ServiceCredential) async -> Bool {
    await pipeline.registry.refuses(credential, pipeline.connector, on: pipeline.attempt.eventLoop)
  }
}
