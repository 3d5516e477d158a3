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
    words += Self.names("issuer", old.issuers.map(\.name.description), new.issuers.map(\.name.description))
    words += Self.names("registry", old.registries.map(\.name.description), new.registries.map(\.name.description))
    words += Self.names("publisher", old.publishers.map(\.id.description), new.publishers.map(\.id.description))
    if words.isEmpty, old.digest != new.digest { words.append("the contents of what was there") }
    self.words = words
  }

  /// Names that came and went. A long list is counted.
  private static func names(_ kind: String, _ old: [String], _ new: [String]) -> [String] {
    let (added, removed) = (Set(new).subtracting(old), Set(old).subtracting(new))
    guard added.count + removed.count <= 20 else { return ["\(kind): \(added.count) added, \(removed.count) removed"] }
    return added.sorted().map { "\(kind) \($0) added" } + removed.sorted().map { "\(kind) \($0) removed" }
  }
}
