/// The ecosystems that this version serves.
package enum RegistryCatalog {
  package static let all: [Ecosystem] = [
    Ecosystem(PyPIProtocol.self),
    Ecosystem(RubyGemsProtocol.self),
    Ecosystem(PubProtocol.self),
    Ecosystem(CargoProtocol.self),
    Ecosystem(NPMProtocol.self),
    Ecosystem(NuGetProtocol.self),
    Ecosystem(GenericProtocol.self),
  ]
}
