/// An ecosystem whose clients and registries are spoken to: its name, and the protocol that speaks for it.
///
/// Two are the same if their names are.
package struct Ecosystem: Hashable, Sendable, CustomStringConvertible {
  /// As the configuration, records and metrics write it.
  package let name: String
  package let type: any RegistryProtocol.Type

  package init(_ type: any RegistryProtocol.Type) {
    name = type.name
    self.type = type
  }

  package var naming: any PackageNaming { type.naming }
  package var description: String { name }

  package static func == (left: Self, right: Self) -> Bool { left.name.utf8.elementsEqual(right.name.utf8) }

  package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension RegistryProtocol {
  package static var ecosystem: Ecosystem { Ecosystem(self) }
}
