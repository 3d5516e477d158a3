import PublisherPolicy

/// What differs between two configurations, in words for the log.
struct SettingsChanges {
  let words: [String]

  init(from old: Settings, to new: Settings) {
    var words: [String] = []
    if old.server.limits != new.server.limits { words.append("server.limits") }
    if old.server.listen != new.server.listen || old.admin != new.admin { words.append("listen (at the next start)") }
    if old.state != new.state { words.append("state (at the next start)") }
    if old.audit != new.audit || old.log != new.log { words.append("audit, log (at the next start)") }
    words += Self.changes("issuer", old.issuers, new.issuers, \.name.description)
    words += Self.changes("registry", old.registries, new.registries, \.name.description)
    words += Self.changes("publisher", old.publishers, new.publishers, \.id.description)
    if words.isEmpty, old.digest != new.digest { words.append("the contents of what was there") }
    self.words = words
  }

  /// The publishers whose entries are gone.
  static func removedPublishers(from old: Settings, to new: Settings) -> [PublisherID] {
    let kept = Set(new.publishers.map(\.id))
    return old.publishers.map(\.id).filter { !kept.contains($0) }
  }

  /// What came, went or became different, by name. A long list is counted.
  private static func changes<Item: Equatable>(_ kind: String, _ old: [Item], _ new: [Item], _ name: (Item) -> String) -> [String] {
    let before = Dictionary(old.map { (name($0), $0) }) { first, _ in first }
    let after = Dictionary(new.map { (name($0), $0) }) { first, _ in first }
    let added = after.keys.filter { before[$0] == nil }
    let removed = before.keys.filter { after[$0] == nil }
    let changed = after.filter { name, item in before[name].map { $0 != item } ?? false }.map(\.key)
    let words = [("added", added), ("removed", removed), ("changed", changed)]
    guard added.count + removed.count + changed.count <= 20 else {
      return ["\(kind): " + words.map { "\($1.count) \($0)" }.joined(separator: ", ")]
    }
    return words.flatMap { word, names in names.sorted().map { "\(kind) \($0) \(word)" } }
  }
}
