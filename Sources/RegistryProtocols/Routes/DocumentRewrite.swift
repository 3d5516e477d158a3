package import StrictParsers

/// A document of the registry that is read whole and written anew, since its links would lead a client past the gateway.
package struct DocumentRewrite: Sendable {
  /// The largest document, in bytes: a larger one is refused.
  package let limit: Int
  /// The document for the client; `nil` if it can't be read, which is the registry's failure.
  ///
  /// Slow: it is called off the event loop.
  package let rewrite: @Sendable (_ document: Document, _ links: LinkRewrite) -> [UInt8]?

  package init(limit: Int, rewrite: @escaping @Sendable (_ document: Document, _ links: LinkRewrite) -> [UInt8]?) {
    self.limit = limit
    self.rewrite = rewrite
  }

  /// What a registry answered to a read.
  package struct Document: Sendable {
    /// `Content-Type`, as it was sent; `nil` if there is none, or more than one.
    package let mediaType: ExactString?
    package let body: [UInt8]

    package init(mediaType: ExactString?, body: [UInt8]) {
      self.mediaType = mediaType
      self.body = body
    }
  }
}
