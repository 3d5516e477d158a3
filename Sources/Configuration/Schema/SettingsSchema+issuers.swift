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
    guard let members = node.members(IssuerKey.self) else { return nil }
    let provider = members.required(.provider).flatMap { self.provider($0) }
    let identity = provider.map { self.identity(members, of: $0) } ?? []
    let allowsHTTP = members[.allowHTTP]?.flag() ?? false
    let url = members[.url].flatMap { self.url($0, allowsHTTP: allowsHTTP) }
    let keys = keys(members, allowsHTTP: allowsHTTP)
    let caFile = members[.caFile]?.path()
    checkReadable(caFile, members[.caFile])
    let algorithms = members[.algorithms].map { self.algorithms($0) } ?? ["RS256"]
    let maxLifetime = members.value(.maxLifetime, Milliseconds(milliseconds: 86_400_000)) { $0.duration(1000...2_592_000_000) }
    let allowsPrivateNetwork = members[.allowPrivateNetwork]?.flag() ?? false
    guard let provider else { return nil }
    let service = ProviderCatalog.publicServices.first { $0.provider == provider }
    if service == nil { _ = members.required(.url) }
    guard let url = url ?? service?.issuer, let provider = ProviderCatalog.provider(provider, identity: identity) else { return nil }
    check(url, of: provider, members[.url] ?? node)
    return IssuerSettings(
      name: IssuerName(name), provider: provider.id, identity: identity, url: url, keys: keys, caFile: caFile, algorithms: algorithms,
      maxLifetime: maxLifetime, allowPrivateNetwork: allowsPrivateNetwork, allowHTTP: allowsHTTP)
  }

  // MARK: Whose tokens

  private static let otherNames = ["azure": "azure-devops", "gitea": "forgejo"]

  private func provider(_ node: SettingsNode) -> String? {
    guard let text = node.text() else { return nil }
    if ProviderCatalog.names.contains(where: { ExactString($0) == ExactString(text) }) { return text }
    node.error(
      "there is no provider \"\(text)\"", suggestion: Self.otherNames[text] ?? Spelling.nearest(to: text, among: ProviderCatalog.names))
    return nil
  }

  /// The claims that tell whose a token of a generic issuer is.
  private func identity(_ members: SettingsMembers<IssuerKey>, of provider: String) -> [ExactString] {
    guard provider == ProviderCatalog.generic else {
      members[.identity]?.error("is for the provider \(ProviderCatalog.generic): what identifies a token of \(provider) is known")
      return []
    }
    guard let node = members.required(.identity) else { return [] }
    var names: [ExactString] = []
    for item in node.texts() {
      guard let text = item.text().map({ ExactString($0) }) else { continue }
      if text.isEmpty || GenericIssuer.notIdentifying.contains(text) { item.error("\"\(text)\" does not tell one publisher from another") }
      if names.contains(text) { item.error("\"\(text)\" stands twice") }
      names.append(text)
    }
    if node.texts().isEmpty { node.error("names no claim, so that nobody could be told from another") }
    return names
  }

  /// An issuer on this host is a test's, and may have any URL. Any other that is no https was reported.
  private func check(_ url: ExactString, of provider: any CIProvider, _ node: SettingsNode) {
    guard let place = KeyURL(url), place.origin.scheme == .https, !place.namesLoopback else { return }
    let service = ProviderCatalog.publicServices.first { KeyURL($0.issuer)?.origin.host == place.origin.host }
    if let service, service.provider != provider.id {
      node.error("is the service of the provider \(service.provider)")
    } else if let fault = provider.fault(ofIssuer: url) {
      // Elsewhere a server of one's own, or something that stands in for one, may be called anything.
      if service == nil { node.warn("is not what issuers of \(provider.id) are called: it \(fault)") } else { node.error("it \(fault)") }
    }
  }

  // MARK: Where its keys are

  /// Kept byte by byte, since a token's `iss` must be exactly this.
  private func url(_ node: SettingsNode, allowsHTTP: Bool) -> ExactString? {
    guard node.webURL() != nil else { return nil }
    return keyURL(node, allowsHTTP: allowsHTTP)
  }

  private func keyURL(_ node: SettingsNode, allowsHTTP: Bool) -> ExactString? {
    guard let text = node.text() else { return nil }
    guard let url = KeyURL(ExactString(text)) else {
      node.error("\"\(text)\" is not a URL that keys may be fetched from")
      return nil
    }
    if url.origin.scheme == .http {
      if !allowsHTTP {
        node.error("must be https, or a loopback URL with allow_http: true")
      } else if !url.namesLoopback {
        node.error("http is for a loopback issuer only")
      }
    }
    return url.text
  }

  private func keys(_ members: SettingsMembers<IssuerKey>, allowsHTTP: Bool) -> IssuerSettings.Keys {
    switch (members[.jwksURL], members[.jwksFile]) {
    case (nil, nil): return .discovery
    case (let node?, nil):
      return keyURL(node, allowsHTTP: allowsHTTP).map { .url($0) } ?? .discovery
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
        "\"\(text)\" is not an algorithm that is accepted: there are \(Self.algorithms.joined(separator: ", "))",
        suggestion: Spelling.nearest(to: text, among: Self.algorithms))
      return nil
    }
    if node.texts().isEmpty { node.error("names no algorithm") }
    return algorithms
  }
}
