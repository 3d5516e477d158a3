import Observability
package import PublisherPolicy

/// What differs between two configurations, in words for the log.
package struct SettingsChanges {
  package let words: [String]
  /// The publishers whose entries are gone.
  package let removedPublishers: [PublisherID]

  package init(from old: Settings, to new: Settings) {
    var words: [String] = []
    if old.server.limits != new.server.limits { words.append("server.limits") }
    if old.server.listen != new.server.listen || old.admin != new.admin { words.append("listen (at the next start)") }
    if old.state != new.state { words.append("state (at the next start)") }
    if old.audit != new.audit || old.log != new.log { words.append("audit, log (at the next start)") }
    let publishers = ListChanges(old.publishers, new.publishers, \.id.description)
    words += Self.words("issuer", ListChanges(old.issuers, new.issuers, \.name.description))
    words += Self.words("registry", ListChanges(old.registries, new.registries, \.name.description))
    words += Self.words("publisher", publishers)
    if words.isEmpty, old.digest != new.digest { words.append("the contents of what was there") }
    self.words = words
    removedPublishers = publishers.removed.map { PublisherID($0) }
  }

  /// A long list is counted.
  private static func words(_ kind: String, _ changes: ListChanges) -> [String] {
    let words = [("added", changes.added), ("removed", changes.removed), ("changed", changes.changed)]
    guard changes.count <= 20 else { return ["\(kind): " + words.map { "\($1.count) \($0)" }.joined(separator: ", ")] }
    return words.flatMap { word, names in names.sorted().map { "\(kind) \($0) \(word)" } }
  }
}
