/// Why the manifest of a package could be read in two ways.
enum NuGetDoubt: Error, Hashable, Sendable, CaseIterable {
  case manifestName
  case manifestOrder
  case pieces
  case relationships
  case root
  case namespace
  case metadata
  case repeatedField
  case id
  case version
  case packageTypes

  /// What people are told, as the end of a sentence.
  var explanation: StaticString {
    switch self {
    case .manifestName: "the nuspec's name is not printable ASCII without `%`"
    case .manifestOrder: "a nuspec in a folder stands before the one at the root, in the file or in its directory"
    case .pieces: "a part of the package is in pieces, which some readers join"
    case .relationships: "its `_rels/.rels` does not plainly name the nuspec as the one manifest"
    case .root: "the outermost element of the nuspec is not a plain `package`, or another `package` stands in it"
    case .namespace: "the nuspec's elements are in a namespace that is none of nuspec.xsd's, or in two"
    case .metadata: "the nuspec does not have one plain element `metadata`"
    case .repeatedField: "the nuspec has `id` or `version` twice, in whatever element, or in another case, or with a prefix"
    case .id:
      "the nuspec's `id` is missing, or is not plain text of letters, digits and underscores with single dots and hyphens between, up to 100"
    case .version:
      "the nuspec's `version` is missing, is longer than 64 without what follows `+`, or is not one to four numbers with labels behind `-` or `+`"
    case .packageTypes: "the nuspec's `packageTypes` are there twice, in another case or with a prefix, or one has no plain `name`"
    }
  }
}

extension UploadRefusal {
  static func nuget(_ doubt: NuGetDoubt) -> UploadRefusal { .malformedMetadata(MetadataDoubt(doubt.explanation)) }
}
