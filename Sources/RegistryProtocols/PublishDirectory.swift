package import StrictParsers

/// The document in which a registry says where it takes uploads.
package struct PublishDirectory: Sendable {
  /// What is wrong with the configuration, by the document.
  package struct Problem: Hashable, Sendable {
    /// Below the registry's own.
    package let key: String
    package let isError: Bool
    package let message: String
  }

  /// What the document says: how to publish nothing at the place that it names, if that is one, and what is wrong.
  package struct Reading: Sendable {
    package let probe: PublishProbe?
    package let problems: [Problem]
  }

  /// Below the registry's own path.
  package let path: ExactString
  /// The longest document that is read.
  package let limit: Int
  package let read: @Sendable (_ body: [UInt8], _ links: LinkRewrite) -> Reading
}

/// A question for a package that no registry has, which a registry answers that can be asked for packages.
package struct AbsenceProbe: Sendable {
  package let probe: ExistenceProbe
  /// The key of the registry's configuration that says where to ask, and what it must say.
  package let key: String
  package let advice: String
}
