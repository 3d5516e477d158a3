import PublisherPolicy
import RegistryProtocols
import Secrets
import StrictParsers

extension SettingsSchema {
  /// Audiences of public services: a token that bears one was meant for somebody else.
  private static let publicAudiences: Set<String> = [
    "pypi", "testpypi", "rubygems.org", "crates.io", "npm:registry.npmjs.org", "https://www.nuget.org", "https://pub.dev", "sigstore",
  ]
  private static let laterProtocols: Set<String> = ["npm", "rubygems", "cargo", "nuget", "pub", "maven", "oci", "chartmuseum", "conan"]

  func registries(_ node: SettingsNode, _ server: ServerSettings) -> [RegistrySettings] {
    guard let entries = node.entries() else { return [] }
    if entries.isEmpty { node.error("names no registry, so that nothing could be published") }
    var registries: [(RegistrySettings, SettingsNode)] = []
    for (name, key, value) in entries {
      checkName(name, key)
      guard let registry = registry(name, value, server) else { continue }
      for (other, _) in registries { checkTogether(registry, other, value) }
      registries.append((registry, value))
    }
    if entries.count > 1 {
      for (registry, value) in registries where registry.host == nil { value.error("needs a host, since there is more than one registry") }
    }
    return registries.map(\.0)
  }

  private func checkTogether(_ registry: RegistrySettings, _ other: RegistrySettings, _ node: SettingsNode) {
    if registry.host == other.host, registry.path.segments == other.path.segments {
      node.error("has the same host and path as \(other.name)")
    }
    if registry.audience == other.audience, registry.host != other.host || registry.ecosystem != other.ecosystem {
      node.error("shares its audience with \(other.name), which is only possible on one host and of one protocol")
    }
  }

  private func registry(_ name: String, _ node: SettingsNode, _ server: ServerSettings) -> RegistrySettings? {
    guard let members = node.members(RegistryKey.self, options: ownKeys) else { return nil }
    let ecosystem = members.required(.protocol).flatMap { self.ecosystem($0) }
    let host = members[.host].flatMap { self.host($0) }
    let path = members[.path].flatMap { prefix($0) } ?? PathPrefix(raw: "", segments: [])
    let audience = members.required(.audience).flatMap { self.audience($0) }
    let upstream = members.required(.upstream).flatMap { self.upstream($0) }
    let site = RegistrySite(
      name: RegistryName(name), path: ExactString("\(path.raw)/"), upstreamURL: upstream.flatMap { $0.url.map { ExactString($0) } })
    let configured = ecosystem.flatMap { self.configured($0, site, members) }
    let digest: RegistrySettings.Digest = members[.digest]?.choice() ?? .sha256
    let direct: RegistrySettings.Permission = members[.direct]?.choice() ?? .allow
    let lifetime = members[.uploadToken]?.members(UploadTokenKey.self)?.required(.lifetime)?.duration(900_000...21_600_000)
    let reads: RegistrySettings.Passing = members[.reads]?.choice() ?? .pass
    let usualHTTP2 = ecosystem?.type.showsReasonPhrase == true ? .refuse : server.http2
    let http2: RegistrySettings.Permission = members[.http2]?.choice() ?? usualHTTP2
    let legacyCredentials: RegistrySettings.Passing = members[.legacyCredentials]?.choice() ?? .refuse
    let mode: RegistrySettings.Mode = members[.mode]?.choice() ?? .enforce
    if legacyCredentials == .pass, upstream?.credential == UpstreamCredential.none, upstream?.clientCertificate == nil {
      members[.legacyCredentials]?.warn("where the registry asks for no credential, everybody who sends any publishes without a token")
    }
    if mode == .report, legacyCredentials == .refuse { members[.mode]?.error("report needs legacy_credentials: pass") }
    guard let configured, let audience, let upstream else { return nil }
    let basePath = configured.ecosystem.type.basePath(of: ExactString(upstream.basePath)).text
    return RegistrySettings(
      name: site.name, configured: configured, host: host, path: path, audience: audience, upstream: upstream.at(basePath), digest: digest,
      direct: direct, uploadTokenLifetime: lifetime ?? Milliseconds(milliseconds: 900_000), reads: reads, http2: http2,
      overwrite: members[.overwrite]?.choice() ?? .registry, legacyCredentials: legacyCredentials, mode: mode)
  }

  private func ecosystem(_ node: SettingsNode) -> Ecosystem? {
    let name = node.choice(among: ecosystems.map(\.name), later: Self.laterProtocols.subtracting(ecosystems.map(\.name)))
    return ecosystems.first { $0.name == name }
  }

  private func host(_ node: SettingsNode) -> ExactString? {
    guard let text = node.text() else { return nil }
    guard let host = HostName(ExactString(text)), host.port == nil else {
      node.error("\"\(text)\" is not a host name: neither a scheme nor a port belongs to it")
      return nil
    }
    return host.name
  }

  private func prefix(_ node: SettingsNode) -> PathPrefix? {
    guard let text = node.text() else { return nil }
    guard let path = try? RequestPath(ArraySlice(text.utf8)) else {
      node.error("\"\(text)\" is not a path: it begins with a slash and needs no second reading")
      return nil
    }
    if path.segments.first?.text == "_" { node.error("/_ is where the exchange lies") }
    return PathPrefix(raw: path.hasTrailingSlash ? String(text.dropLast()) : text, segments: path.segments.map(\.text))
  }

  private func audience(_ node: SettingsNode) -> ExactString? {
    guard let text = node.text() else { return nil }
    if Self.publicAudiences.contains(text) || ASCII.lowercased(ExactString(text)) == "https://github.com"
      || ASCII.lowercased(ExactString(text)).utf8.starts(with: "https://github.com/".utf8)
    {
      node.error("\"\(text)\" is the audience of a public service: a token with it was meant for somebody else")
      return nil
    }
    return ExactString(text)
  }
}
