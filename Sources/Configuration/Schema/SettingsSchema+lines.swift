import PublisherPolicy
import RegistryProtocols
import StrictParsers
import TokenVerification
import Yams

/// Publishers of which a file has one a line, each a JSON object with the members that it would have in YAML.
extension SettingsSchema {
  /// A generator's mistake stands in every line: nobody reads more of them.
  private static let mostToldLines = 100

  func lines(of path: String, _ declared: Declared, _ files: inout SettingsFiles, _ gathered: inout Gathered) {
    let terms = LineTerms(declared)
    var mistakes = 0
    var unread = 0
    var warnings = 0
    _ = files.lines(of: path) { bytes, number in
      func here(column: Int = 1) -> SettingsNode {
        SettingsNode(node: Node(""), file: path, keyPath: "", problems: problems, place: (number, column))
      }
      guard mistakes < Self.mostToldLines else {
        unread += 1
        return
      }
      guard bytes.count <= SettingsFiles.longestLine else {
        mistakes += 1
        return here().error("is longer than 1 MiB", .syntax)
      }
      let object: JSONObject
      do throws(JSONError) {
        object = try StrictJSON.parseObject(bytes.span)
      } catch {
        mistakes += 1
        return here(column: error.offset + 1).error("is not a JSON object: \(error.reason.rawValue)", .syntax)
      }
      if let line = PublisherLine(object, terms), case (let publisher?, let found) = Publisher.check(line.declaration, line.rules),
        gathered.ids.insert(line.declaration.id).inserted
      {
        gathered.add(publisher)
        let told = found.map(\.message) + (isOver(line.declaration.expires) ? [Self.overWarning] : [])
        if !told.isEmpty { warnings += 1 }
        if warnings <= Self.mostToldLines { for message in told { here().warn(message, .publisher) } }
        return
      }
      let publisher = self.publisher(here().replacing(object.node), declared, &gathered.ids)
      gathered.add(publisher)
      if publisher == nil { mistakes += 1 }
    }
    let whole = SettingsNode(node: Node(""), file: path, keyPath: "", problems: problems)
    if unread > 0 { whole.error("\(unread) more of its lines were not looked into") }
    if warnings > Self.mostToldLines { whole.warn("\(warnings - Self.mostToldLines) more of its lines are doubtful") }
  }
}

/// What lines name, as they name it.
private struct LineTerms {
  struct Registry {
    let written: ExactString
    let name: RegistryName
    let naming: any PackageNaming
    let hasVersions: Bool
  }

  let issuers: [(written: ExactString, name: IssuerName, rules: PublisherRules)]
  let registries: [Registry]

  init(_ declared: SettingsSchema.Declared) {
    issuers = declared.issuers.compactMap { issuer in
      declared.rules[issuer.name].map { (ExactString(issuer.name.description), issuer.name, $0) }
    }
    registries = declared.registries.map {
      Registry(
        written: ExactString($0.name.description), name: $0.name, naming: $0.ecosystem.naming,
        hasVersions: $0.protocol.namesVersion)
    }
  }
}

/// A line that says all that it must in the plainest way, which nearly every line of a large file does. What is not one is read as YAML would be, by
/// who can say what is wrong with it.
private struct PublisherLine {
  let declaration: PublisherDeclaration
  let rules: PublisherRules

  init?(_ object: JSONObject, _ terms: LineTerms) {
    var id: ExactString?
    var issuer: (written: ExactString, name: IssuerName, rules: PublisherRules)?
    var when: [(key: String, values: TinyArray<ExactString>)] = []
    var mayPublish: [(registry: RegistryName, patterns: [NamePattern])] = []
    var haveVersions = true
    var create = PublisherDeclaration.Creation.named
    var expires: UnixTime?
    for member in object.members {
      switch member.name {
      case "id": id = member.value.string
      case "issuer":
        guard let name = member.value.string else { return nil }
        issuer = terms.issuers.first { $0.written == name }
      case "when":
        guard let conditions = member.value.object else { return nil }
        when.reserveCapacity(conditions.members.count)
        for condition in conditions.members {
          guard let values = Self.values(condition.value) else { return nil }
          when.append((condition.name.text, values))
        }
      case "may_publish":
        guard let registries = member.value.object else { return nil }
        for entry in registries.members {
          guard let registry = terms.registries.first(where: { $0.written == entry.name }), let names = Self.values(entry.value) else {
            return nil
          }
          var patterns: [NamePattern] = []
          patterns.reserveCapacity(names.count)
          for name in names {
            guard let pattern = registry.naming.canonicalPattern(name) else { return nil }
            patterns.append(NamePattern(canonical: pattern))
          }
          mayPublish.append((registry.name, patterns))
          if !registry.hasVersions { haveVersions = false }
        }
      case "create":
        guard let written = member.value.string, let choice = PublisherDeclaration.Creation(rawValue: written.text) else { return nil }
        create = choice
      case "expires":
        guard let written = member.value.string, let time = UnixTime(day: written.text) else { return nil }
        expires = time
      default: return nil
      }
    }
    guard let id, let issuer, haveVersions || !SettingsSchema.namesVersion(when) else { return nil }
    rules = issuer.rules
    declaration = PublisherDeclaration(
      id: id.text, issuer: issuer.name, when: when, mayPublish: mayPublish, create: create, expires: expires)
  }

  private static func values(_ value: JSONValue) -> TinyArray<ExactString>? {
    if let text = text(value) { return .one(text) }
    guard let items = value.array else { return nil }
    let texts = items.compactMap(text)
    return texts.count == items.count ? TinyArray(texts) : nil
  }

  /// What stands there, as it would stand in YAML.
  private static func text(_ value: JSONValue) -> ExactString? {
    switch value {
    case .string(let text): text.isEmpty || text.utf8.contains { ASCII.isControl($0) } ? nil : text
    case .integer(let number): ExactString(String(number))
    case .bool(let flag): flag ? "true" : "false"
    case .null, .number, .array, .object: nil
    }
  }
}

extension JSONObject {
  /// The same in YAML's terms: each value as the text that stands there.
  fileprivate var node: Node { .mapping(.init(members.map { (Node($0.name.text), $0.value.node) })) }
}

extension JSONValue {
  fileprivate var node: Node {
    switch self {
    // Nothing stands there, as nothing stands behind the colon of YAML.
    case .null: Node("")
    case .bool(let value): Node(value ? "true" : "false")
    case .integer(let value): Node(String(value))
    case .number(let text): Node(text.text)
    case .string(let text): Node(text.text)
    case .array(let items): .sequence(.init(items.map(\.node)))
    case .object(let object): object.node
    }
  }
}
