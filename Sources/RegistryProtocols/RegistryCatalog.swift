/// The ecosystems that this version serves.
package enum RegistryCatalog {
  package static let all: [Ecosystem] = [
    Ecosystem(PyPIProtocol.self),
    Ecosystem(GenericProtocol.self),
  ]
}
