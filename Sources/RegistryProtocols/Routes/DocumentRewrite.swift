package import StrictParsers

/// A document of the registry that is read whole and written anew, since its links would lead a client past the gateway.
package struct DocumentRewrite: Sendable {
  /// The largest document, in bytes: a larger one is refused.
  package let limit: Int
  /// The media types of such documents, in lower case and without parameters. An answer of any other is passed on as it comes. `nil` if each answer is a
  /// document, whatever its media type is.
  package let mediaTypes: Set<ExactString>?
  /// The document for the client; `nil` if it can't be read, which is the registry's failure.
  ///
  /// Slow: it is called off the event loop.
  package let rewrite: @Sendable (_ document: Document, _ links: LinkRewrite) -> [UInt8]?

  package init(
    limit: Int, mediaTypes: Set<ExactString>?, rewrite: @escaping @Sendable (_ document: Document, _ links: LinkRewrite) -> [UInt8]?
  ) {
    self.limit = limit
    self.mediaTypes = mediaTypes
    self.rewrite = rewrite
  }

  /// The media type of an answer, if it is a document.
  ///
  /// - Parameter contentType: The field's value; empty if there is none.
  package func mediaType(_ contentType: some Sequence<UInt8>) -> ExactString? {
    let type = contentType.prefix { $0 != UInt8(ascii: ";") }.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
    let text = ExactString(utf8: ASCII.lowercased(type))
    guard let mediaTypes else { return text ?? "" }
    guard let text, mediaTypes.contains(text) else { return nil }
    return text
  }

  /// What a registry answered to a read.
  package struct Document: Sendable {
    /// One of the media types; where each answer is a document, empty if it has none.
    package let mediaType: ExactString
    package let body: [UInt8]

    package init(mediaType: ExactString, body: [UInt8]) {
      self.mediaType = mediaType
      self.body = body
    }
  }
}
