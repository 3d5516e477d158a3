/// What a registry's configuration says under its ecosystem's own keys. Two are the same if they mean the same.
package struct RegistryOptions: Hashable, Sendable {
  /// By the key's name.
  private let words: [String: Set<String>]

  /// - Parameters:
  ///   - written: What stands there, by the key's name, in the key's form. A key that is missing has its usual value.
  ///   - keys: The ecosystem's own.
  package init(_ written: [String: [String]] = [:], of keys: [any OptionKey]) {
    words = Dictionary(keys.map { ($0.name, Set(written[$0.name] ?? $0.usual)) }) { first, _ in first }
  }

  /// - Parameter key: One of the keys that the options were made of.
  package subscript<Key: OptionKey>(key: Key) -> Key.Value { key.value(of: Array(words[key.name] ?? [])) }
}
