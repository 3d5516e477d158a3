import StrictParsers

extension ArchiveRefusal {
  /// What people are told, as the end of a sentence. The formats' own cases are named as they are in the source, for whoever knows the format.
  var explanation: String {
    switch self {
    case .gzip(let refusal): "gzip, \(refusal)"
    case .tar(let refusal): "tar, \(refusal)"
    case .zip(let refusal): "zip, \(refusal)"
    case .memberKind: "its metadata are a link or a directory"
    case .repeatedMember: "its metadata stand twice in it"
    case .memberTooLarge: "its metadata are too large"
    case .tooMany: "it has too many links, names at the top, or files that look like metadata"
    case .throughLink: "a file in it would be unpacked through a link"
    case .fileAndFolder: "a name at its top is both a file and a folder"
    case .unreadable: "it could not be read back"
    }
  }
}
