import Configuration
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Observability
import PublisherPolicy
import RegistryClient
import RegistryProtocols
import Secrets
import StrictParsers
import TokenVerification

/// Builds all that a configuration needs from its settings, and takes over from the one before what should survive a change: the issuers' keys,
/// and what registries said of the credential.
struct ConfigurationBuilder {
  /// Why settings that are well-formed can't be carried out.
  struct Failure: Error {
    let message: String
  }

  let environment: [String: String]
  let threads: NIOThreadPool
  let log: Logger
  let metrics: Metrics
  let signatures: VerifiedSignatureCache
  let now: @Sendable () -> UnixTime

  func build(_ settings: Settings, replacing old: ConfigurationSnapshot?) throws(Failure) -> ConfigurationSnapshot {
    var issuers: [ExactString: Issuer] = [:]
    for issuer in settings.issuers {
      let kept = old?.issuers[issuer.url]
      issuers[issuer.url] = if let kept, kept.settings == issuer { kept } else { try self.issuer(issuer) }
    }
    let (policy, verifier) = try judges(settings)
    var registries: [Registry] = []
    for registry in settings.registries { registries.append(try self.registry(registry, settings, replacing: old)) }
    return ConfigurationSnapshot(
      settings: settings, policy: policy, verifier: verifier, issuers: issuers, registries: registries,
      tls: try settings.server.tls.map { files throws(Failure) in
        try tls { () throws(PEMFile.Fault) in try ListenerTLS(files, serving: settings.registries) }
      })
  }

  /// What decides, without anything that serves.
  func judges(_ settings: Settings) throws(Failure) -> (policy: Policy, verifier: TokenVerifier) {
    var rules: [IssuerRules] = []
    var issuers: [Policy.Issuer] = []
    for issuer in settings.issuers {
      guard let provider = ProviderCatalog.provider(issuer.provider, identity: issuer.identity) else {
        throw Failure(message: "there is no provider \(issuer.provider)")
      }
      issuers.append(Policy.Issuer(name: issuer.name, url: issuer.url, provider: provider))
      rules.append(
        IssuerRules(
          url: issuer.url, algorithms: Set(issuer.algorithms.compactMap { SignatureAlgorithm(name: $0) }),
          longestLifetime: issuer.maxLifetime.milliseconds / 1000, form: provider.tokenForm))
    }
    return (
      Policy(publishers: settings.publishers, issuers: issuers, versionKeys: versionKeys(settings.registries)),
      TokenVerifier(issuers: rules, tokenLimit: settings.server.limits.tokenBytes, cache: signatures)
    )
  }

  private func versionKeys(_ registries: [RegistrySettings]) -> [RegistryName: VersionKey] {
    var keys: [RegistryName: VersionKey] = [:]
    for registry in registries {
      keys[registry.name] = { [naming = registry.ecosystem.naming] written in naming.versionKey(written) }
    }
    return keys
  }

  // MARK: Issuers

  func issuer(_ settings: IssuerSettings) throws(Failure) -> Issuer {
    let fetcher = HTTPSFetcher(
      options: .init(
        certificateFile: settings.caFile, allowsPrivateNetwork: settings.allowPrivateNetwork, allowsLoopbackHTTP: settings.allowHTTP),
      proxy: ProxyRules(environment: environment))
    let source: KeySource
    switch settings.keys {
    case .discovery: source = .discovery(try url(settings.url), known: knownKeys(of: settings))
    case .url(let keys): source = .url(try url(keys))
    case .file(let path): source = .file(path)
    }
    let keys = IssuerKeys(issuer: settings.url, source: source, fetcher: fetcher, now: now) {
      [log, metrics, now, name = settings.name] event in
      log.log(event, of: name)
      metrics.count(event, of: name, at: now())
    }
    return Issuer(settings: settings, keys: keys)
  }

  /// Where a public service keeps its keys, if that is not at its issuer's origin.
  private func knownKeys(of issuer: IssuerSettings) -> KeyURL? {
    guard let provider = ProviderCatalog.provider(issuer.provider, identity: issuer.identity), issuer.url == provider.publicIssuer else {
      return nil
    }
    return provider.publicKeys.flatMap { KeyURL($0) }
  }

  private func url(_ text: ExactString) throws(Failure) -> KeyURL {
    guard let url = KeyURL(text) else { throw Failure(message: "\(text) is not a URL that keys may be fetched from") }
    return url
  }

  // MARK: Registries

  private func registry(_ settings: RegistrySettings, _ all: Settings, replacing old: ConfigurationSnapshot?) throws(Failure) -> Registry {
    let kept = old?.registries.first { $0.name == settings.name && $0.settings.upstream == settings.upstream }
    let publicHost = all.server.publicOrigin.flatMap { WebURL($0.text)?.host.name } ?? settings.host
    let origin = try self.origin(settings, all, settings.upstream.clientCertificate)
    return Registry(
      settings: settings, protocol: settings.protocol, origin: origin,
      openOrigin: try self.origin(settings, all, nil),
      credential: self.credential(settings.upstream.credential),
      tokens: try tokens(settings, origin), standing: kept?.standing ?? CredentialStanding(), probe: kept?.probe ?? CredentialProbe(),
      address: UpstreamAddress(
        host: settings.upstream.host, port: settings.upstream.port, socket: settings.upstream.socket, publicHost: publicHost),
      publicOrigin: all.server.publicOrigin ?? settings.host.map { ExactString("\(all.server.tls == nil ? "http" : "https")://\($0)") })
  }

  private func credential(_ kind: UpstreamCredential) -> ServiceCredentialSource {
    ServiceCredentialSource(
      kind, environment: environment,
      blocking: { [threads] read throws(UpstreamFailure) in try await threads.run(orFail: .credentialUnreadable, read) },
      onRotation: { [log] in log.log(.credentialRotated) })
  }

  private func origin(
    _ settings: RegistrySettings, _ all: Settings, _ certificate: UpstreamSettings.ClientCertificate?
  ) throws(Failure) -> UpstreamOrigin {
    let upstream = settings.upstream
    return UpstreamOrigin(
      key: .init(
        registry: settings.name.description, socket: upstream.socket, host: upstream.host, port: upstream.port, isTLS: upstream.isTLS,
        caFile: upstream.caFile,
        clientCertificate: certificate?.certificate),
      tls: upstream.isTLS
        ? try tls { () throws(PEMFile.Fault) in
          try .upstream(upstream.authority, caFile: upstream.caFile, certificate, environment)
        } : nil,
      authority: upstream.authority, connectTimeout: .milliseconds(all.server.limits.connectTimeout.milliseconds))
  }

  private func tokens(
    _ settings: RegistrySettings, _ registry: UpstreamOrigin
  ) throws(Failure) -> RegistryTokens? {
    guard let service = settings.protocol.tokenService else { return nil }
    do throws(RegistryTokens.Fault) {
      return try RegistryTokens(service, of: settings, at: registry, environment)
    } catch {
      throw Failure(message: "the token service of the registry \(settings.name) \(error.words)")
    }
  }

  private func tls<Value>(_ make: () throws(PEMFile.Fault) -> Value) throws(Failure) -> Value {
    do throws(PEMFile.Fault) { return try make() } catch { throw Failure(message: error.words) }
  }
}
