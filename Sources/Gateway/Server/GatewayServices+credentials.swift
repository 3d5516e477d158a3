import Logging

extension GatewayServices {
  /// Notes that a registry has taken the service credential.
  func noteAcceptedCredential(of registry: Registry) {
    if registry.standing.noteAccepted() { log.log(.credentialAccepted, ["registry": "\(registry.name)"]) }
  }

  /// Notes that a registry has refused the service credential.
  ///
  /// - Parameter status: Of its answer.
  func noteRefusedCredential(of registry: Registry, status: Int) {
    if registry.standing.noteRefused() { log.log(.credentialRefused, ["registry": "\(registry.name)", "status": "\(status)"]) }
  }
}
