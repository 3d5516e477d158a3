import StrictParsers

/// The versions of a package that a registry lists.
struct NuGetVersions: Hashable, Sendable {
  /// One for each. What is no version has itself as its key.
  let keys: [ExactString]

  private init(_ written: [ExactString]) { keys = written.map { NuGetVersion($0)?.key ?? $0 } }

  /// Those of a flat container; `nil` if it is no list of them.
  init?(container body: [UInt8]) {
    guard let values = (try? StrictJSON.parseObject(body))?["versions"]?.array else { return nil }
    let written = values.compactMap { $0.string }
    guard written.count == values.count else { return nil }
    self.init(written)
  }

  /// A page of an Atom feed that has an entry for each version.
  struct Page: Hashable, Sendable {
    /// `nil` if an entry does not plainly say its own.
    let versions: NuGetVersions?
    let hasNext: Bool

    /// `nil` if it is none.
    init?(_ body: [UInt8]) {
      guard let feed = try? StrictXML.parse(body, budget: WorkBudget { false }), feed.name == "feed" else { return nil }
      let entries = feed.children.filter { $0.name == "entry" }
      let written = entries.compactMap { entry in
        (entry.children + entry.children.filter { $0.name == "content" }.flatMap(\.children)).first { $0.name == "properties" }?
          .children.first { $0.name == "Version" }?.text
      }
      versions = written.count == entries.count ? NuGetVersions(written) : nil
      hasNext = feed.children.contains { $0.name == "link" && $0.attribute("rel")?.value == "next" }
    }
  }
}
