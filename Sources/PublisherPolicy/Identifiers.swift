/// The key of a registry in the configuration.
package struct RegistryName: Hashable, Sendable, CustomStringConvertible {
  package let description: String
  package init(_ name: String) { description = name }
}

/// The key of an issuer in the configuration.
package struct IssuerName: Hashable, Sendable, CustomStringConvertible {
  package let description: String
  package init(_ name: String) { description = name }
}

/// The `id` of a publisher in the configuration: `[a-z0-9-]+`.
package struct PublisherID: Hashable, Sendable, CustomStringConvertible {
  package let description: String
  package init(_ id: String) { description = id }
}
