/// Reads the subset of XML 1.0 that packages describe themselves in: elements with attributes and text in UTF-8, with or without a declaration and a byte
/// order mark. Processing instructions say nothing. A DTD, entities beside the five that XML has, and other encodings are refused, and so are names beyond ASCII.
package enum StrictXML {
  /// How much is read.
  package struct Limits: Hashable, Sendable {
    /// Elements within each other; the outermost is at depth 1.
    package var depth: Int
    package var elements: Int
    /// Attributes of one element.
    package var attributes: Int
    /// Namespaces that are declared at one place.
    package var namespaces: Int

    package init(depth: Int = 64, elements: Int = 1 << 16, attributes: Int = 32, namespaces: Int = 32) {
      self.depth = depth
      self.elements = elements
      self.attributes = attributes
      self.namespaces = namespaces
    }
  }

  /// The outermost element.
  /// - Parameter budget: asked at short intervals.
  package static func parse(
    _ bytes: [UInt8], limits: Limits = Limits(), budget: WorkBudget
  ) throws(XMLError) -> XMLElement {
    var reader = XMLReader(bytes, limits: limits, budget: budget)
    return try reader.document()
  }
}
