import PublisherPolicy
import RegistryProtocols
import StrictParsers
import Yams

extension SettingsSchema {
  /// What a publisher may refer to. A name whose own entry is wrong is a name nevertheless: one mistake is told once.
  struct Declared {
    let issuers: [IssuerSettings]
    let registries: [RegistrySettings]
    let issuerNames: [String]
    let registryNames: [String]
    /// What the publishers of each issuer are checked by.
    let rules: [IssuerName: PublisherRules]

    init(issuers: [IssuerSettings], registries: [RegistrySettings], issuerNames: [String], registryNames: [String]) {
      self.issuers = issuers
      self.registries = registries
      self.issuerNames = issuerNames
      self.registryNames = registryNames
      let rules = issuers.compactMap { issuer in
        ProviderCatalog.provider(issuer.provider, identity: issuer.identity).map { (issuer.name, PublisherRules($0)) }
      }
      self.rules = Dictionary(rules) { first, _ in first }
    }
  }

  /// The publishers of the file itself and of those that it includes, in that order.
  func publishers(_ node: SettingsNode?, include: SettingsNode?, _ declared: Declared, _ files: inout SettingsFiles) -> [Publisher] {
    var gathered = Gathered()
    gathered.add(node?.items() ?? [], self, declared)
    for pattern in include?.items() ?? [] {
      for path in included(pattern, &files) {
        if IncludePattern(path: path).isLines {
          lines(of: path, declared, &files, &gathered)
        } else {
          gathered.add(items(of: path, &files), self, declared)
        }
      }
    }
    if gathered.count == 0 { (node ?? include)?.warn("there is no publisher, so that nothing can be published") }
    return gathered.publishers
  }

  /// Publishers as they are found, in their order.
  struct Gathered {
    private(set) var publishers: [Publisher] = []
    var ids: Set<String> = []
    /// Those among them, too, that are wrong.
    private(set) var count = 0

    mutating func add(_ items: [SettingsNode], _ schema: SettingsSchema, _ declared: Declared) {
      for item in items { add(schema.publisher(item, declared, &ids)) }
    }

    mutating func add(_ publisher: consuming Publisher?) {
      count += 1
      if let publisher { publishers.append(publisher) }
    }
  }

  // MARK: Included files

  /// The files that a pattern means.
  private func included(_ pattern: SettingsNode, _ files: inout SettingsFiles) -> [String] {
    guard let text = pattern.text() else { return [] }
    let include = IncludePattern(path: SettingsNode.resolve(text, from: pattern.file))
    files.watch(include)
    if include.isLiteral, !include.isLines, reader.contents(of: include.path) == nil {
      pattern.error("\(include.path) can't be read", .unreadable)
      return []
    }
    let paths = include.files(reader)
    if paths.isEmpty { pattern.warn("matches no file") }
    return paths
  }

  private func items(of path: String, _ files: inout SettingsFiles) -> [SettingsNode] {
    guard let root = files.parse(path) else { return [] }
    if case .sequence = root.node { return root.items() ?? [] }
    let members = root.members(TopKey.self, only: [.publishers, .tests])
    files.note(tests: members?[.tests])
    // A file may hold nothing but tests.
    return (members?[.tests] == nil ? members?.required(.publishers) : members?[.publishers])?.items() ?? []
  }

  // MARK: One publisher

  func publisher(_ node: SettingsNode, _ declared: Declared, _ ids: inout Set<String>) -> Publisher? {
    guard let members = node.members(PublisherEntryKey.self) else { return nil }
    let id = members.required(.id)?.text()
    if let id, !ids.insert(id).inserted { members[.id]?.error("the id \(id) stands twice") }
    let issuerName = members.required(.issuer).flatMap { reference($0, $0.text(), declared.issuerNames, "issuer") }
    let when = members.required(.when)?.entries()
    let conditions = when?.map { WrittenCondition(key: $0.key, name: $0.name, value: $0.value) } ?? []
    let packages = members.required(.mayPublish).map { mayPublish($0, declared) }
    let create = members[.create]?.choice(PublisherDeclaration.Creation.self) ?? .named
    let pin = members[.pin]?.choice(PublisherDeclaration.Pin.self) ?? .ids
    let expires = members[.expires]?.date()
    if isOver(expires) { members[.expires]?.warn(Self.overWarning) }
    guard let issuer = declared.issuers.first(where: { $0.name.description == issuerName }), when != nil, let packages,
      let rules = declared.rules[issuer.name]
    else { return nil }
    let declaration = PublisherDeclaration(
      id: id ?? "unnamed", issuer: issuer.name, when: conditions.map { ($0.name, TinyArray($0.values ?? [])) },
      mayPublish: packages.map { (RegistryName($0.name), $0.patterns) }, create: create, pin: pin, expires: expires)
    let (publisher, found) = Publisher.check(declaration, rules)
    for problem in found { report(problem, node, members, conditions, packages) }
    checkTags(conditions, packages)
    return publisher
  }

  private struct WrittenCondition {
    let key: SettingsNode
    let name: String
    let value: SettingsNode
    /// `nil` if one of them can't be read, which was reported.
    let values: [ExactString]?

    init(key: SettingsNode, name: String, value: SettingsNode) {
      self.key = key
      self.name = name
      self.value = value
      let items = value.texts()
      let values = items.compactMap { $0.text().map { ExactString($0) } }
      self.values = values.count == items.count ? values : nil
    }
  }

  private struct Packages {
    let name: String
    /// `nil` if the registry's own entry is wrong.
    let registry: RegistrySettings?
    let node: SettingsNode
    let patterns: [NamePattern]
  }

  /// A name that stands among these.
  func reference(_ node: SettingsNode, _ name: String?, _ names: [String], _ kind: String) -> String? {
    guard let name else { return nil }
    if names.contains(where: { ExactString($0) == ExactString(name) }) { return name }
    node.error("there is no \(kind) \"\(name)\"", .unknownName, suggestion: Spelling.nearest(to: name, among: names))
    return nil
  }

  /// Where something is wrong and was reported, another stands in for it, so that it is not reported again.
  private func mayPublish(_ node: SettingsNode, _ declared: Declared) -> [Packages] {
    guard let entries = node.entries() else { return [Packages(name: "", registry: nil, node: node, patterns: [Self.standIn])] }
    return entries.map { name, key, value in
      let isDeclared = reference(key, name, declared.registryNames, "registry") != nil
      let registry = isDeclared ? declared.registries.first { $0.name.description == name } : nil
      return Packages(name: name, registry: registry, node: value, patterns: value.texts().map { pattern($0, registry?.ecosystem) })
    }
  }

  private static let standIn = NamePattern(canonical: "name")

  private func pattern(_ node: SettingsNode, _ ecosystem: Ecosystem?) -> NamePattern {
    guard let text = node.text() else { return Self.standIn }
    guard let ecosystem else { return NamePattern(canonical: ExactString(text)) }
    if let canonical = ecosystem.naming.canonicalPattern(ExactString(text)) { return NamePattern(canonical: canonical) }
    node.error("\"\(text)\" is not a package's name of the protocol \(ecosystem)")
    return Self.standIn
  }

  /// A tag that names the version can't be judged where the upload has none.
  private func checkTags(_ conditions: [WrittenCondition], _ packages: [Packages]) {
    guard Self.namesVersion(conditions.map { ($0.name, TinyArray($0.values ?? [])) }),
      let tag = conditions.first(where: { $0.name == "tag" })
    else { return }
    for registry in packages.compactMap(\.registry) {
      guard !registry.protocol.namesVersion else { continue }
      tag.value.error("names {version}, which no upload to \(registry.name) has")
    }
  }

  /// Whether a tag hangs on the upload's version.
  static func namesVersion(_ when: [(key: String, values: TinyArray<ExactString>)]) -> Bool {
    when.first { $0.key == "tag" }?.values.contains { TagPattern($0)?.namesVersion ?? false } ?? false
  }

  private func report(
    _ problem: PublisherProblem, _ node: SettingsNode, _ members: SettingsMembers<PublisherEntryKey>, _ conditions: [WrittenCondition],
    _ packages: [Packages]
  ) {
    let place: SettingsNode
    switch problem.part {
    case .id: place = members[.id] ?? node
    case .whole: place = members[.when] ?? node
    case .pin: place = members[.pin] ?? node
    case .when(let key):
      guard let condition = conditions.first(where: { $0.name == key }), condition.values != nil else { return }
      place = condition.key
    case .mayPublish(let registry): place = packages.first { $0.name == registry.description }?.node ?? node
    }
    switch problem.severity {
    case .error: place.error(problem.message, .publisher, suggestion: problem.suggestion)
    case .warning: place.warn(problem.message, .publisher)
    }
  }
}
