/// Paths beyond the plain ones that the clients of some ecosystems send.
package struct PathRules: OptionSet, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// `@scope%2fname` as one segment, whose text is `@scope/name`: npm's clients write a scoped name so.
  package static let encodedScopeSlash = Self(rawValue: 1 << 0)

  /// Two slashes where the registry's own path ends: clients that put a slash between a URL and a path write them if the URL ends with one.
  package static let leadingDoubleSlash = Self(rawValue: 1 << 1)
}
