/// Why the metadata within an artifact could be read in two ways.
package enum CoreMetadataRefusal: Error, Hashable, Sendable, CaseIterable {
  case nul
  /// The fields are not UTF-8.
  case encoding
  /// A control character, or a character that ends a line to some readers and not to others.
  case lineBoundary
  /// A line before the first empty one that is neither a field nor the continuation of one.
  case line
  /// `Metadata-Version`, `Name` or `Version` is missing.
  case missing
  /// One of them stands twice, or is spelt in another case.
  case repeated
  /// One of them goes on in a second line, or a line of white space comes before it.
  case folded
  /// What is called a name or a version is none.
  case value

  /// What people are told, as the end of a sentence.
  var explanation: String {
    switch self {
    case .nul: "they have a NUL"
    case .encoding: "their fields are not UTF-8"
    case .lineBoundary: "their fields have a control character or an unusual line separator"
    case .line: "a line before the first empty one is not a field"
    case .missing: "they lack Metadata-Version, Name or Version"
    case .repeated: "Metadata-Version, Name or Version stands twice or in another spelling"
    case .folded: "Metadata-Version, Name or Version is not one plain line"
    case .value: "their Name or Version is not a valid one"
    }
  }
}
