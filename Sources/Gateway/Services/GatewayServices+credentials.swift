import Logging
import Observability

extension GatewayServices {
  /// Notes that a registry has taken the service credential.
  func noteAcceptedCredential(of registry: Registry) {
    guard registry.standing.noteAccepted() else { return }
    metrics.registryCredentialAccepted.setIfBegun(1, MetricLabel(registry.name))
    log.log(.credentialAccepted, ["registry": "\(registry.name)"])
  }

  /// Notes that a registry has refused the service credential.
  ///
  /// - Parameter status: Of its answer.
  func noteRefusedCredential(of registry: Registry, status: Int) {
    guard registry.standing.noteRefused() else { return }
    metrics.registryCredentialAccepted.setIfBegun(0, MetricLabel(registry.name))
    log.log(.credentialRefused, ["registry": "\(registry.name)", "status": "\(status)"])
  }
}
