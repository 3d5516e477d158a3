import RegistryProtocols
import Testing

@Suite("The catalogue of ecosystems") struct RegistryCatalogTests {
  @Test("has each ecosystem's own dialect", arguments: Ecosystem.allCases)
  func complete(ecosystem: Ecosystem) { #expect(RegistryCatalog.dialect(of: ecosystem).ecosystem == ecosystem) }

  @Test("names them as the configuration does") func names() { #expect(Ecosystem.allCases.map(\.rawValue) == ["pypi", "generic"]) }
}
