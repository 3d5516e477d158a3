import Configuration
import NIOSSL
import PublisherPolicy
import RegistryClient
import RegistryProtocols
import StrictParsers

/// The registry's own token service, and where it is if the operator states that.
struct RegistryTokens: Sendable {
  struct Fault: Error, Hashable {
    /// What follows the service's name.
    let words: String
  }

  let service: BearerTokenService
  let origin: UpstreamOrigin?

  init(service: BearerTokenService, origin: UpstreamOrigin?) {
    self.service = service
    self.origin = origin
  }

  /// - Parameter registry: Where the registry itself is.
  init(
    _ service: TokenService, of settings: RegistrySettings, at registry: UpstreamOrigin, _ environment: [String: String]
  ) throws(Fault) {
    var location: BearerTokenService.Location?
    var origin: UpstreamOrigin?
    if let realm = service.realm {
      guard let url = WebURL(realm.text) else { throw Fault(words: "is not at a URL: \(realm)") }
      location = .init(authority: url.authority, target: url.path.isEmpty ? "/" : url.path)
      origin = try Self.origin(KeyURL(realm), url, settings, registry, environment)
    }
    let upstream = settings.upstream
    self.init(
      service: BearerTokenService(
        challenge: .init(authority: registry.authority, target: upstream.basePath + service.challengePath.text), configured: location,
        service: service.service, registryOrigin: "\(upstream.isTLS ? "https" : "http")://\(registry.authority)"),
      origin: origin)
  }

  /// The service credential goes there: in plain text only on this host, or where it goes to the registry so. The registry's own roots speak for its
  /// host only.
  private static func origin(
    _ loopback: KeyURL?, _ url: WebURL, _ settings: RegistrySettings, _ registry: UpstreamOrigin, _ environment: [String: String]
  ) throws(Fault) -> UpstreamOrigin {
    let upstream = settings.upstream
    guard url.isTLS || !upstream.isTLS || loopback?.namesLoopback == true else {
      throw Fault(words: "must be at an https URL, as its registry is: \(url.origin)")
    }
    let host = url.host.name.text.filter { $0 != "[" && $0 != "]" }
    let caFile = upstream.socket == nil && host == upstream.host ? upstream.caFile : nil
    let tls: NIOSSLContext?
    do throws(PEMFile.Fault) {
      tls = url.isTLS ? try .upstream(url.authority, caFile: caFile, nil, environment) : nil
    } catch {
      throw Fault(words: "can't be reached: \(error.words)")
    }
    return UpstreamOrigin(
      key: .init(
        registry: settings.name.description, socket: nil, host: host, port: url.port, isTLS: url.isTLS, caFile: caFile,
        clientCertificate: nil),
      tls: tls, authority: url.authority, connectTimeout: registry.connectTimeout)
  }
}
