package import StrictParsers

/// The ecosystems whose clients and registries are spoken to. The raw value stands in the configuration.
package enum Ecosystem: String, CaseIterable, Hashable, Sendable {
  case pypi
  case generic

  /// The one spelling of a package's name that all equivalent spellings share; `nil` if it is no name.
  package func canonicalName(_ written: ExactString) -> ExactString? { RegistryCatalog.dialect(of: self).canonicalName(written) }

  /// The one spelling of a version that all equivalent spellings share; `nil` if it is not a version.
  package func canonicalVersion(_ written: ExactString) -> ExactString? { RegistryCatalog.dialect(of: self).canonicalVersion(written) }

  /// What all spellings of one version share; `nil` if it is not a version, or where the ecosystem has one spelling of each.
  package func versionKey(_ written: ExactString) -> ExactString? { RegistryCatalog.dialect(of: self).versionKey(written) }

  /// The same as `canonicalName` for a pattern of names, in which `*` stands for any characters; `nil` if it holds a character that no name can hold.
  package func canonicalPattern(_ written: ExactString) -> ExactString? { RegistryCatalog.dialect(of: self).canonicalPattern(written) }
}
