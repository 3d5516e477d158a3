import PublisherPolicy
import RegistryProtocols
import StrictParsers
import Yams

extension SettingsSchema {
  /// The publishers of the file itself and of those that it includes, in that order.
  func publishers(
    _ node: SettingsNode?, include: SettingsNode?, _ issuers: [IssuerSettings], _ registries: [RegistrySettings],
    _ files: inout SettingsFiles
  ) -> [Publisher] {
    var items = node?.items() ?? []
    for pattern in include?.items() ?? [] { items += included(pattern, &files) }
    var publishers: [Publisher] = []
    var seen: Set<String> = []
    for item in items {
      guard let publisher = publisher(item, issuers, registries) else { continue }
      if !seen.insert(publisher.id.description).inserted { item.error("the id \(publisher.id) stands twice") }
      publishers.append(publisher)
    }
    if items.isEmpty { (node ?? include)?.warn("there is no publisher, so that nothing can be published") }
    return publishers
  }

  // MARK: Included files

  private func included(_ pattern: SettingsNode, _ files: inout SettingsFiles) -> [SettingsNode] {
    guard let text = pattern.text() else { return [] }
    if text.hasSuffix(".jsonl") {
      pattern.error("including .jsonl \(Self.notAvailable)")
      return []
    }
    let path = SettingsNode.resolve(text, from: pattern.file)
    let paths = matching(path)
    if paths.isEmpty { pattern.warn("matches no file") }
    return paths.flatMap { path -> [SettingsNode] in
      guard let root = files.parse(path) else { return [] }
      if case .sequence = root.node { return root.items() ?? [] }
      return root.members(["publishers"])?.required("publishers")?.items() ?? []
    }
  }

  /// The files whose name matches the pattern's last part, sorted; only there may an asterisk stand.
  private func matching(_ path: String) -> [String] {
    guard let slash = path.lastIndex(of: "/") else { return reader.contents(of: path) == nil ? [] : [path] }
    let folder = String(path[..<slash])
    let pattern = NamePattern(canonical: ExactString(path[path.index(after: slash)...]))
    return (reader.names(in: folder) ?? []).filter { !$0.hasPrefix(".") && pattern.matches(ExactString($0)) }.map { "\(folder)/\($0)" }
  }

  // MARK: One publisher

  private func publisher(_ node: SettingsNode, _ issuers: [IssuerSettings], _ registries: [RegistrySettings]) -> Publisher? {
    guard let members = node.members(["id", "issuer", "when", "may_publish", "create", "expires"]) else { return nil }
    let id = members.required("id")?.text()
    let issuer = members.required("issuer").flatMap { named($0, issuers, \.name.description, "issuer") }
    let when = members.required("when")?.entries() ?? []
    let packages = members.required("may_publish").map { mayPublish($0, registries) } ?? []
    let create = members["create"]?.choice(PublisherDeclaration.Creation.self, later: ["none"]) ?? .named
    let expires = members["expires"]?.date()
    guard let id, let issuer, let provider = ProviderCatalog.provider(issuer.provider) else { return nil }
    let declaration = PublisherDeclaration(
      id: id, issuer: issuer.name,
      when: when.map { entry in (entry.name, entry.value.texts().compactMap { $0.text().map { ExactString($0) } }) },
      mayPublish: packages.map { ($0.registry.name, $0.patterns) }, create: create, expires: expires)
    let (publisher, found) = Publisher.check(declaration, provider: provider)
    for problem in found { report(problem, node, members, when, packages) }
    checkTags(when, packages)
    return publisher
  }

  private typealias WhenEntry = (name: String, key: SettingsNode, value: SettingsNode)
  private typealias Packages = (registry: RegistrySettings, patterns: [NamePattern], node: SettingsNode)

  private func named<Item>(_ node: SettingsNode, _ items: [Item], _ name: (Item) -> String, _ kind: String) -> Item? {
    guard let text = node.text() else { return nil }
    if let item = items.first(where: { name($0) == text }) { return item }
    node.error("there is no \(kind) \"\(text)\"", suggestion: Spelling.nearest(to: text, among: items.map(name)))
    return nil
  }

  private func mayPublish(_ node: SettingsNode, _ registries: [RegistrySettings]) -> [Packages] {
    (node.entries() ?? []).compactMap { name, key, value in
      guard let registry = registries.first(where: { $0.name.description == name }) else {
        key.error("there is no registry \"\(name)\"", suggestion: Spelling.nearest(to: name, among: registries.map(\.name.description)))
        return nil
      }
      let patterns = value.texts().compactMap { item -> NamePattern? in
        guard let text = item.text() else { return nil }
        if let canonical = registry.ecosystem.canonicalPattern(ExactString(text)) { return NamePattern(canonical: canonical) }
        item.error("\"\(text)\" is no package's name of the protocol \(registry.ecosystem.rawValue)")
        return nil
      }
      return (registry, patterns, value)
    }
  }

  /// A tag that names the version can't be judged where the upload has none.
  private func checkTags(_ when: [WhenEntry], _ packages: [Packages]) {
    guard let tag = when.first(where: { $0.name == "tag" }),
      tag.value.texts().contains(where: { $0.node.string?.contains("{version}") ?? false })
    else { return }
    for (registry, _, _) in packages {
      guard let template = registry.template, !template.namesVersion else { continue }
      tag.value.error("names {version}, which no upload to \(registry.name) has")
    }
  }

  private func report(
    _ problem: PublisherProblem, _ node: SettingsNode, _ members: SettingsMembers, _ when: [WhenEntry], _ packages: [Packages]
  ) {
    let place: SettingsNode =
      switch problem.part {
      case .id: members["id"] ?? node
      case .whole: members["when"] ?? node
      case .when(let key): when.first { $0.name == key }?.key ?? node
      case .mayPublish(let registry): packages.first { $0.registry.name == registry }?.node ?? node
      case .create: members["create"] ?? node
      }
    switch problem.severity {
    case .error: place.error(problem.message, suggestion: problem.suggestion)
    case .warning: place.warn(problem.message)
    }
  }
}
