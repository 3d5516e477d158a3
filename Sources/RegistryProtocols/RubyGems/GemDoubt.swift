/// Why the specification or the checksums of a gem could be read in two ways.
enum GemDoubt: Error, Hashable, Sendable, CaseIterable {
  /// The specification is not one at its first line.
  case beginning
  /// It has what RubyGems takes out of a text before it reads it, elsewhere than where RubyGems wrote it.
  case erased
  /// Its name or its version is in base64.
  case binary
  /// It has anchors and aliases.
  case aliases
  /// It has a key that is no attribute of a specification.
  case attribute
  case name
  case version
  case platform
  /// The name could be another gem's name, version and platform.
  case ambiguousName
  /// The file's name is too long for a file system.
  case fileName
  case checksums

  /// What people are told, as the end of a sentence.
  var explanation: StaticString {
    switch self {
    case .beginning: "they do not begin with the line `--- !ruby/object:Gem::Specification`"
    case .erased: "they hold ` !!null ` elsewhere than behind a key, and RubyGems takes it out before it reads them"
    case .binary: "their name or version is written in base64 (`!binary`), which only Ruby reads: build the gem with a newer one"
    case .aliases: "they have anchors and aliases (`&id001`, `*id001`), as RubyGems wrote them before 2.0: build the gem with a newer one"
    case .attribute: "they have a key that no version of RubyGems writes"
    case .name: "their name is missing, or is not one string of letters, digits, dots, hyphens and underscores"
    case .version: "their version is missing, or is not a Gem::Version whose version is one string of digits, letters and dots"
    case .platform: "their platform is not one that RubyGems writes"
    case .ambiguousName: "their name ends like a version and a platform, so that another gem's file could have the same name"
    case .fileName: "their name, version and platform make a file name that is too long"
    case .checksums: "its checksums.yaml.gz does not have one SHA1, SHA256 or SHA512 digest for each of metadata.gz and data.tar.gz"
    }
  }
}

extension UploadRefusal {
  static func gem(_ doubt: GemDoubt) -> UploadRefusal { .malformedMetadata(MetadataDoubt(doubt.explanation)) }
}
