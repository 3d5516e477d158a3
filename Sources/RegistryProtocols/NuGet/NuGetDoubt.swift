/// Why the manifest of a package could be read in two ways.
enum NuGetDoubt: Error, Hashable, Sendable, CaseIterable {
  case root
  case namespace
  case metadata
  case repeatedField
  case id
  case version
  /// The file's name could be another package's and version's.
  case ambiguousID
  case relationships

  /// What people are told, as the end of a sentence.
  var explanation: StaticString {
    switch self {
    case .root: "the outermost element of the nuspec is not a plain `package`"
    case .namespace: "the nuspec's elements are in a namespace that is none of nuspec.xsd's, or in two"
    case .metadata: "the nuspec does not have one plain element `metadata`"
    case .repeatedField: "the nuspec has `id` or `version` twice, in another case, or with a prefix"
    case .id:
      "the nuspec's `id` is missing, or is not plain text of letters, digits and underscores with single dots and hyphens between them"
    case .version:
      "the nuspec's `version` is missing, or is not plain text of one to four numbers, with labels behind a hyphen or a plus sign"
    case .ambiguousID: "the nuspec's `id` ends with a number, so that the file `id.version.nupkg` could be another package's"
    case .relationships: "its `_rels/.rels` does not name the nuspec as the one manifest"
    }
  }
}

extension UploadRefusal {
  static func nuget(_ doubt: NuGetDoubt) -> UploadRefusal { .malformedMetadata(MetadataDoubt(doubt.explanation)) }
}
