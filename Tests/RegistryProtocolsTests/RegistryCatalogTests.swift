import RegistryProtocols
import Testing

@Suite("The catalogue of ecosystems") struct RegistryCatalogTests {
  @Test("names them as the configuration does, each once") func names() {
    #expect(RegistryCatalog.all.map(\.name) == ["pypi", "rubygems", "pub", "cargo", "npm", "nuget", "generic"])
  }

  @Test("has their protocols, which are told apart by their names alone") func protocols() {
    for ecosystem in RegistryCatalog.all {
      #expect(ecosystem.type.ecosystem == ecosystem && ecosystem.type.name == ecosystem.name && "\(ecosystem)" == ecosystem.name)
    }
    #expect(Set(RegistryCatalog.all + RegistryCatalog.all).count == RegistryCatalog.all.count)
  }
}
