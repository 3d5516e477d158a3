import PublisherPolicy
import StrictParsers

extension SettingsSchema {
  private static let algorithms = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]

  func issuers(_ node: SettingsNode) -> [IssuerSettings] {
    guard let entries = node.entries() else { return [] }
    if entries.isEmpty { node.error("names no issuer, so that no token could be accepted") }
    var issuers: [IssuerSettings] = []
    for (name, key, value) in entries {
      checkName(name, key)
      guard let issuer = issuer(name, value) else { continue }
      if let other = issuers.first(where: { $0.url == issuer.url }) { value.error("has the same URL as \(other.name)") }
      issuers.append(issuer)
    }
    return issuers
  }

  func checkName(_ name: String, _ key: SettingsNode) {
    let isValid = !name.isEmpty && name.utf8.allSatisfy { ASCII.isAlphanumeric($0) || "-_.".utf8.contains($0) }
    if !isValid { key.error("a name is made of letters, digits, hyphens, underscores and dots") }
  }

  private func issuer(_ name: String, _ node: SettingsNode) -> IssuerSettings? {
    let known = [
      "provider", "url", "ca_file", "jwks_url", "jwks_file", "algorithms", "max_lifetime", "allow_private_network", "allow_http",
    ]
    guard let members = node.members(known, later: ["identity": "is for the provider generic, which \(Self.notAvailable)"]) else {
      return nil
    }
    guard let provider = members.required("provider").flatMap({ provider($0) }) else { return nil }
    let allowsHTTP = members["allow_http"]?.flag() ?? false
    let keys = keys(members, allowsHTTP: allowsHTTP)
    checkReadable(members["ca_file"]?.path(), members["ca_file"])
    return IssuerSettings(
      name: IssuerName(name), provider: provider.id,
      url: members["url"].flatMap { url($0, allowsHTTP: allowsHTTP) } ?? provider.publicIssuer,
      keys: keys, caFile: members["ca_file"]?.path(), algorithms: members["algorithms"].map { algorithms($0) } ?? ["RS256"],
      maxLifetime: members.value("max_lifetime", Milliseconds(milliseconds: 86_400_000)) { $0.duration(1000...2_592_000_000) },
      allowPrivateNetwork: members["allow_private_network"]?.flag() ?? false, allowHTTP: allowsHTTP)
  }

  private func provider(_ node: SettingsNode) -> (any CIProvider.Type)? {
    guard let text = node.text() else { return nil }
    if let provider = ProviderCatalog.provider(text) { return provider }
    let later = [
      "google", "circleci", "buildkite", "bitbucket", "azure-devops", "azure", "semaphore", "codefresh", "forgejo", "gitea", "jenkins",
      "teamcity",
      "buddy", "kubernetes", "activestate", "generic",
    ]
    let names = ProviderCatalog.all.map { $0.id }
    if later.contains(text) {
      node.error("the provider \(text) \(Self.notAvailable); there are \(names.joined(separator: " and "))")
    } else {
      node.error("there is no provider \"\(text)\"", suggestion: Spelling.nearest(to: text, among: names))
    }
    return nil
  }

  /// Kept byte by byte, since a token's `iss` must be exactly this.
  private func url(_ node: SettingsNode, allowsHTTP: Bool) -> ExactString? {
    guard let text = node.text(), let url = node.webURL() else { return nil }
    checkScheme(url, node, allowsHTTP: allowsHTTP)
    return ExactString(text)
  }

  private func checkScheme(_ url: WebURL, _ node: SettingsNode, allowsHTTP: Bool) {
    guard !url.isTLS else { return }
    if !allowsHTTP {
      node.error("must be https, or a loopback URL with allow_http: true")
    } else if !url.isLoopback {
      node.error("http is for a loopback issuer only")
    }
  }

  private func keys(_ members: SettingsMembers, allowsHTTP: Bool) -> IssuerSettings.Keys {
    switch (members["jwks_url"], members["jwks_file"]) {
    case (nil, nil): return .discovery
    case (let node?, nil):
      guard let text = node.text(), let url = node.webURL() else { return .discovery }
      checkScheme(url, node, allowsHTTP: allowsHTTP)
      return .url(ExactString(text))
    case (nil, let node?):
      guard let path = node.path() else { return .discovery }
      checkReadable(path, node)
      return .file(path)
    case (.some, let node?):
      node.error("excludes jwks_url")
      return .discovery
    }
  }

  private func algorithms(_ node: SettingsNode) -> [ExactString] {
    let algorithms = node.texts().compactMap { item -> ExactString? in
      guard let text = item.text() else { return nil }
      if Self.algorithms.contains(text) { return ExactString(text) }
      item.error(
        "\"\(text)\" is no algorithm that is accepted: there are \(Self.algorithms.joined(separator: ", "))",
        suggestion: Spelling.nearest(to: text, among: Self.algorithms))
      return nil
    }
    if node.texts().isEmpty { node.error("names no algorithm") }
    return algorithms
  }
}
