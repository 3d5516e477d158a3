/// The one place that knows which dialect an ecosystem speaks.
package enum RegistryCatalog {
  package static func dialect(of ecosystem: Ecosystem) -> any RegistryProtocol.Type {
    switch ecosystem {
    case .pypi: PyPIProtocol.self
    case .generic: GenericProtocol.self
    }
  }
}
