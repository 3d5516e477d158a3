package import StrictParsers

/// Where in an upload a text of metadata can't be read.
package struct MetadataPlace: Hashable, Sendable {
  /// The name of the file in the artifact that has the text.
  let file: ExactString
  /// The key at the root of the text, if it is a short word.
  let key: ExactString?

  package init(file: ExactString, key: ExactString?) {
    self.file = file
    self.key = key
  }
}
