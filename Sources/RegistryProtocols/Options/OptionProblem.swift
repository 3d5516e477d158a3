/// Why there can't be a registry with these options.
package struct OptionProblem: Error, Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case missing
    /// The message is for the operator, who sees it behind the key.
    case wrong(String)
  }

  /// A key of the registry, its ecosystem's own or one that all have.
  package let key: String
  package let kind: Kind

  package static func missing(_ key: some OptionKey) -> Self { Self(key: key.name, kind: .missing) }
  package static func wrong(_ key: some OptionKey, _ message: String) -> Self { Self(key: key.name, kind: .wrong(message)) }
}
