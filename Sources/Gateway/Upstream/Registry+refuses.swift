import NIOCore
import RegistryProtocols

extension Registry {
  /// Whether the registry refuses its service credential: it is asked by a publish of nothing. False if it can't be asked.
  func refuses(_ credential: ServiceCredential, _ connector: UpstreamConnector, on eventLoop: any EventLoop) async -> Bool {
    await probe.isRefused(self.credential.version, standing) { () async throws(UpstreamFailure) in
      let known = try await PublishProbe.status(of: self, with: credential, on: try await connector.connect(to: origin, on: eventLoop))
      guard known == 403, settings.ecosystem == .generic else {
        return PublishProbe.isRefusal(known, unknown: nil, by: settings.ecosystem)
      }
      let unknown = try await PublishProbe.status(of: self, with: nil, on: try await connector.connect(to: openOrigin, on: eventLoop))
      return PublishProbe.isRefusal(known, unknown: unknown, by: settings.ecosystem)
    }
  }
}
