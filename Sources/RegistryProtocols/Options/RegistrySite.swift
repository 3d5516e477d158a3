package import PublisherPolicy
package import StrictParsers

/// Which registry a protocol speaks for, and where clients find it.
package struct RegistrySite: Hashable, Sendable {
  package let name: RegistryName
  /// Its public path with a slash at its end: `/`, or `/python/`.
  package let path: ExactString

  package init(name: RegistryName, path: ExactString) {
    self.name = name
    self.path = path
  }
}
