package import PublisherPolicy
package import StrictParsers

/// Which registry a protocol speaks for, and where clients find it.
package struct RegistrySite: Hashable, Sendable {
  package let name: RegistryName
  /// Its public path with a slash at its end: `/`, or `/python/`.
  package let path: ExactString
  /// The registry's own URL without a slash at its end; `nil` if it is at a socket of the machine.
  package let upstreamURL: ExactString?

  package init(name: RegistryName, path: ExactString, upstreamURL: ExactString? = nil) {
    self.name = name
    self.path = path
    self.upstreamURL = upstreamURL
  }
}
