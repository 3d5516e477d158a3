package import StrictParsers

/// How an ecosystem spells packages and versions.
package protocol PackageNaming: Sendable {
  /// The one spelling of a package's name that all equivalent spellings share; `nil` if it is not a name.
  func canonicalName(_ written: ExactString) -> ExactString?

  /// The same for a pattern of names, in which `*` stands for any characters; `nil` if it holds a character that no name can hold.
  func canonicalPattern(_ written: ExactString) -> ExactString?

  /// The one spelling of a version that all equivalent spellings share; `nil` if it is not a version.
  func canonicalVersion(_ written: ExactString) -> ExactString?

  /// What all spellings of one version share, also those that `canonicalVersion` keeps apart (`1.0` and `1.0.0` of PEP 440); `nil` if it is not a
  /// version. By default `nil`: the ecosystem has one spelling of each version.
  func versionKey(_ written: ExactString) -> ExactString?
}

extension PackageNaming {
  package func versionKey(_ written: ExactString) -> ExactString? { nil }
}
