import Configuration
import NIOCore
import RegistryClient
import RegistryProtocols

extension Registry {
  /// Whether the registry refuses its service credential: it is asked by a publish of nothing. False if it can't be asked.
  ///
  /// False of a token, which is good for its scopes only: whether the credential is refused says the token service, which gives none then.
  func refuses(_ credential: ServiceCredential, _ connector: UpstreamConnector, on eventLoop: any EventLoop) async -> Bool {
    guard !credential.isToken else { return false }
    let empty = settings.protocol.publishProbe
    return await probe.isRefused(self.credential.version, standing) { () async throws(UpstreamFailure) in
      let known = try await PublishProbe.status(
        of: self, empty, with: credential, on: try await connector.connect(to: self.origin, on: eventLoop))
      guard empty.needsComparison(known) else { return empty.isRefusal(known, unknown: nil) }
      let unknown = try await PublishProbe.status(
        of: self, empty, with: nil, on: try await connector.connect(to: self.openOrigin, on: eventLoop))
      return empty.isRefusal(known, unknown: unknown)
    }
  }
}
