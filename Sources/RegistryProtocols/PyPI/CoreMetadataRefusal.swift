/// Why the metadata within an artifact could be read in two ways.
enum CoreMetadataRefusal: Error, Hashable, Sendable, CaseIterable {
  case nul
  /// A character that ends a line to some readers and not to others stands where they would read other fields, or fewer.
  case lineBoundary
  /// A line that is neither a field nor the continuation of one stands before the three fields, or looks like one of them.
  case line
  /// `Metadata-Version`, `Name` or `Version` is missing.
  case missing
  /// One of them stands twice, or is spelt in another case.
  case repeated
  /// One of them goes on in a second line, or a line of white space, or one that looks like one of them, comes before it.
  case folded
  /// What is called a name or a version is not one.
  case value

  /// What people are told, as the end of a sentence.
  var explanation: StaticString {
    switch self {
    case .nul: "they have a NUL"
    case .lineBoundary: "a control character or an unusual line separator stands before Metadata-Version, Name or Version"
    case .line: "a line among or after Metadata-Version, Name and Version could be read as a field or as the end of the fields"
    case .missing: "they lack Metadata-Version, Name or Version"
    case .repeated: "Metadata-Version, Name or Version stands twice or in another spelling"
    case .folded: "Metadata-Version, Name or Version is not one plain line"
    case .value: "their Name or Version is not a valid one"
    }
  }
}
