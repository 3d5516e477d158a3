/// An element of an XML document (XML 1.0, section 3; Namespaces in XML 1.0).
package struct XMLElement: Hashable, Sendable {
  package struct Attribute: Hashable, Sendable {
    /// With its prefix, as it stands.
    package let name: ExactString
    /// `nil` if it is not written as it is read: with a reference, or with white space beside spaces.
    package let value: ExactString?
  }

  /// Empty if there is none.
  package let prefix: ExactString
  /// Without the prefix.
  package let name: ExactString
  /// Empty if it is in none.
  package let namespace: ExactString
  /// In their order, without those that declare namespaces.
  package let attributes: [Attribute]
  package private(set) var children: [XMLElement] = []
  /// What stands in it if that is one run of characters, or nothing. `nil` if elements, comments, references, processing instructions or CDATA sections stand there, of which
  /// readers make different texts.
  package private(set) var text: ExactString? = ""

  init(prefix: ExactString, name: ExactString, namespace: ExactString, attributes: [Attribute]) {
    self.prefix = prefix
    self.name = name
    self.namespace = namespace
    self.attributes = attributes
  }

  /// The attribute of a name; `nil` if there is none.
  package func attribute(_ name: ExactString) -> Attribute? { attributes.first { $0.name == name } }

  mutating func add(_ child: XMLElement) {
    children.append(child)
    text = nil
  }

  mutating func add(text run: ExactString?) { text = text?.isEmpty == true ? run : nil }
}
