/// Where on a host paths are taken that are not plain.
package struct PathPlaces: Sendable {
  /// What lies below a prefix.
  package struct Place: Sendable {
    let prefix: [ExactString]
    let rules: PathRules

    package init(below prefix: [ExactString], _ rules: PathRules) {
      self.prefix = prefix
      self.rules = rules
    }
  }

  private let places: [Place]

  package init(_ places: [Place]) { self.places = places }

  /// A path that is not plain, if the place with the longest prefix of it takes it; `nil` for any other.
  package func path(_ bytes: ArraySlice<UInt8>) -> RequestPath? {
    let rules = places.reduce(into: PathRules()) { $0.formUnion($1.rules) }
    guard !rules.isEmpty, let path = try? RequestPath(bytes, allowing: rules) else { return nil }
    let below = places.filter { path.hasPrefix($0.prefix) }.max { $0.prefix.count < $1.prefix.count }
    guard let below, path.isAllowed(by: below.rules, behind: below.prefix.count) else { return nil }
    return path
  }
}
