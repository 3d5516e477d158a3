package import StrictParsers

/// Why an upload does not say, beyond doubt, what it would publish.
package enum UploadRefusal: ExplainedRefusal, Hashable, Sendable {
  case malformedForm(MultipartRefusal)
  /// The body, or a part of it, is not JSON that every reader understands alike.
  case malformedJSON(JSONError)
  /// A text in the artifact is not YAML that every reader understands alike.
  case malformedYAML(YAMLError, MetadataPlace)
  /// The body is not what its registry takes, before anything in it is read.
  case malformedFrame(MetadataDoubt)
  /// A field of the form that no metadata standard and no known client has.
  case unknownField(ExactString)
  case repeatedField(ExactString)
  case missingField(ExactString)
  /// Its value is not what the field may hold.
  case malformedField(ExactString)
  /// The fields beside the artifact take more than is kept in memory for one upload.
  case formTooLarge
  /// The document that the artifact stands in is larger than what is read of one.
  case documentTooLarge(MetadataDoubt)
  /// A second file, or one in a field that holds none.
  case unexpectedFile(ExactString)
  /// The form asks for something else than an upload, or for something else than its URL does.
  case actionNotAccepted
  /// `filetype`, `pyversion` and the file's name say different things.
  case fileTypeMismatch
  /// The file's name is not made of the package's name and version, or could be read as another package's.
  case fileNameMismatch
  /// The file's name is one that servers split differently; this one would pass.
  case ambiguousFileName(wouldPass: ExactString)
  /// A stated digest is not the artifact's.
  case digestMismatch(ExactString)
  case malformedArchive(ArchiveRefusal)
  /// The artifact has a file that none of its kind has.
  case unexpectedMember(ExactString)
  /// Inspecting the artifact took more processor time than its limit.
  case inspectionTooLong
  /// As many uploads are inspected as can be, and this one's turn did not come in time.
  case inspectionBusy
  /// The artifact's own metadata are not where they must be, exactly once.
  case metadataPlace
  /// The artifact's own metadata could be read in two ways.
  case malformedMetadata(MetadataDoubt)
  /// The artifact's own metadata name another package or version.
  case metadataMismatch(ExactString)
  /// The upload could not be read back or written anew: our own failure.
  case unavailable

  /// What programs are told: stable words.
  package enum Code: String, CaseIterable, Sendable {
    case malformedForm = "scope.malformed-form"
    case malformedJSON = "scope.malformed-json"
    case malformedYAML = "scope.malformed-yaml"
    case malformedFrame = "scope.malformed-frame"
    case unknownField = "scope.unknown-field"
    case repeatedField = "scope.repeated-field"
    case missingField = "scope.missing-field"
    case malformedField = "scope.malformed-field"
    case formTooLarge = "scope.form-too-large"
    case unexpectedFile = "scope.unexpected-file"
    case actionNotAccepted = "scope.action-not-accepted"
    case fileTypeMismatch = "scope.file-type-mismatch"
    case fileNameMismatch = "scope.file-name-mismatch"
    case digestMismatch = "scope.digest-mismatch"
    case malformedArchive = "scope.malformed-archive"
    case unexpectedMember = "scope.unexpected-member"
    case metadataPlace = "scope.metadata-place"
    case malformedMetadata = "scope.malformed-metadata"
    case metadataMismatch = "scope.metadata-mismatch"
    case inspectionTooLong = "scope.inspection-too-long"
    case unavailable = "scope.unavailable"
  }

  /// Of the upload the explanation repeats no more than the name of a field or a key.
  package var facts: RefusalFacts<Code> {
    switch self {
    case .malformedForm(let refusal):
      .init(.malformedForm, 400, "the upload is not a form that every server reads in the same way: \(refusal.explanation)")
    case .malformedJSON(let error):
      .init(.malformedJSON, 400, "the upload is not JSON that every reader understands alike: \(error.description)")
    case .malformedYAML(let error, let place):
      .init(
        .malformedYAML, 400,
        "`\(place.file)` is not YAML that every reader understands alike: \(error.reason.rawValue) "
          + "(byte \(error.offset)\(place.key.map { ", in `\($0)`" } ?? ""))")
    case .malformedFrame(let doubt):
      .init(.malformedFrame, 400, "the upload is not framed as every server reads it: \(doubt.explanation)")
    case .unknownField(let name):
      .init(.unknownField, 400, "the upload has the field `\(Self.shortened(name))`, which no upload to this kind of registry has")
    case .repeatedField(let name): .init(.repeatedField, 400, "the upload has the field `\(Self.shortened(name))` twice")
    case .missingField(let name): .init(.missingField, 400, "the upload lacks the field `\(name)`")
    case .malformedField(let name): .init(.malformedField, 400, "the upload's field `\(Self.shortened(name))` does not hold what it must")
    case .formTooLarge: .init(.formTooLarge, 413, "the fields beside the file are larger than they may be")
    case .documentTooLarge(let doubt):
      .init(.formTooLarge, 413, "the document around the file is too large: \(doubt.explanation)")
    case .unexpectedFile(let name):
      .init(
        .unexpectedFile, 400,
        "the upload has a file in the field `\(Self.shortened(name))`, where none may be, or another of its name must be")
    case .actionNotAccepted:
      .init(.actionNotAccepted, 400, "only the :action file_upload is served here, and the URL must not ask for another")
    case .fileTypeMismatch: .init(.fileTypeMismatch, 400, "filetype, pyversion and the file's name don't agree")
    case .fileNameMismatch: .init(.fileNameMismatch, 400, "the file's name is not the one that its package, version and type give it")
    case .ambiguousFileName(let name):
      .init(
        .fileNameMismatch, 400, "servers split the file's name into a name and a version in two ways; the name that would pass is \(name)")
    case .digestMismatch(let name): .init(.digestMismatch, 400, "the file is not the one that `\(name)` was computed over")
    case .malformedArchive(let refusal):
      .init(.malformedArchive, 400, "the file is not an archive that every unpacker reads in the same way: \(refusal.explanation)")
    case .unexpectedMember(let name):
      .init(.unexpectedMember, 400, "the file holds `\(Self.shortened(name))`, which none of its kind has")
    case .metadataPlace: .init(.metadataPlace, 400, "the file does not have its metadata exactly once and in their place")
    case .malformedMetadata(let doubt):
      .init(.malformedMetadata, 400, "the metadata in the file could be read in two ways: \(doubt.explanation)")
    case .metadataMismatch(let field): .init(.metadataMismatch, 400, "the metadata in the file have another \(field) than the upload")
    case .inspectionTooLong:
      .init(.inspectionTooLong, 400, "inspecting the file takes more processor time than the gateway's limits.inspection_timeout allows")
    case .inspectionBusy: .init(.unavailable, 503, "the gateway inspects as many uploads as it can at this moment; try again")
    case .unavailable: .init(.unavailable, 503, "the gateway could not keep the upload; try again")
    }
  }

  /// What it says of an upload that its archive could not be read.
  package init(_ refusal: ArchiveRefusal) {
    self = refusal == .budgetSpent ? .inspectionTooLong : refusal.isOurFailure ? .unavailable : .malformedArchive(refusal)
  }

  /// What it says of an upload that YAML in it could not be read.
  /// - Parameters:
  ///   - file: The name of the file in the artifact that has the text.
  ///   - text: The whole of it.
  package init(_ error: YAMLError, in file: ExactString, _ text: [UInt8]) {
    self =
      error.reason == .budgetSpent
      ? .inspectionTooLong : .malformedYAML(error, MetadataPlace(file: file, key: StrictYAML.rootKey(at: error.offset, in: text)))
  }

  /// Whether it is the gateway that lacks something: the same upload may pass later.
  package var isOurs: Bool { code == .unavailable }

  /// A part's name is visible ASCII, but as long as a head may be.
  private static func shortened(_ name: ExactString) -> String {
    name.utf8.count <= 40 ? name.text : String(decoding: name.utf8.prefix(40), as: UTF8.self) + "..."
  }
}
