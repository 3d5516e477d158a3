import RegistryProtocols

/// The keys that only some ecosystems' registries have.
extension SettingsSchema {
  var ownKeys: [String] { ecosystems.flatMap { $0.type.options.map(\.name) } }

  /// `nil` if the ecosystem's own keys say something that can't be, which is reported.
  func configured(_ ecosystem: Ecosystem, _ site: RegistrySite, _ members: SettingsMembers<RegistryKey>) -> ConfiguredProtocol? {
    let keys = ecosystem.type.options
    for name in Set(ownKeys).subtracting(keys.map(\.name)) { members[option: name]?.error("is not for the protocol \(ecosystem)") }
    var written: [String: [String]] = [:]
    var malformed: Set<String> = []
    for key in keys {
      guard let node = members[option: key.name] else { continue }
      written[key.name] = words(node, key.form)
      if written[key.name] == nil { malformed.insert(key.name) }
    }
    do throws(OptionProblem) {
      return try ConfiguredProtocol(ecosystem, site, RegistryOptions(written, of: keys))
    } catch {
      // What has not its form was reported already.
      if !malformed.contains(error.key) { report(error, members) }
      return nil
    }
  }

  /// `nil` if it has not the form, which is reported.
  private func words(_ node: SettingsNode, _ form: OptionForm) -> [String]? {
    switch form {
    case .text: return node.text().map { [$0] }
    case .choice(let known): return node.choice(among: known).map { [$0] }
    case .choices(let known):
      let items = node.texts()
      let words = items.compactMap { $0.choice(among: known) }
      return words.count == items.count ? words : nil
    }
  }

  private func report(_ problem: OptionProblem, _ members: SettingsMembers<RegistryKey>) {
    switch problem.kind {
    case .missing: _ = members.required(option: problem.key)
    case .wrong(let message): (members[option: problem.key] ?? members.owner).error(message)
    }
  }
}
