/// Why, and at which byte, a text is not the XML that `StrictXML` reads.
package struct XMLError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Reason: String, Hashable, Sendable, CaseIterable {
    case unexpectedEnd = "the text ends too early"
    case unexpectedByte = "this byte can't stand here"
    case invalidUTF8 = "the text is not UTF-8"
    case forbiddenCharacter = "a character stands here that no XML has"
    case declaration = "the declaration must say version 1.0, and no encoding but UTF-8"
    case documentType = "a document type declaration (DTD) stands here"
    case misplacedDeclaration = "a declaration stands here, which can stand at the beginning alone"
    case entity = "there is no such entity"
    case characterReference = "this is not the number of a character that XML has"
    case repeatedAttribute = "an attribute stands here for a second time"
    case undeclaredPrefix = "the prefix of this name has no namespace"
    case namespace = "this can't be the name of a namespace, or of its prefix"
    case mismatchedEnd = "this is not the end of the element that is open"
    case secondRoot = "something stands behind the outermost element, or before it"
    case tooDeep = "elements are nested too deeply"
    case tooMany = "there are too many elements, attributes or namespaces"
    case budgetSpent = "it takes too long to read"
  }

  package let reason: Reason
  /// Bytes before the place, of the whole text.
  package let offset: Int

  package init(_ reason: Reason, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  package var description: String { "\(reason.rawValue) (byte \(offset))" }
}
