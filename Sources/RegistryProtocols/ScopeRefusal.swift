package import StrictParsers

/// Why an upload does not say, beyond doubt, what it would publish.
package enum ScopeRefusal: Error, Hashable, Sendable {
  case malformedForm(MultipartRefusal)
  /// A field of the form that no metadata standard and no known client has.
  case unknownField(ExactString)
  case repeatedField(ExactString)
  case missingField(ExactString)
  /// Its value is not what the field may hold.
  case malformedField(ExactString)
  /// The fields beside the artifact take more than is kept in memory for one upload.
  case formTooLarge
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
  /// Inspecting the artifact took more processor time than its limit.
  case inspectionTooLong
  /// As many uploads are inspected as can be, and this one's turn did not come in time.
  case inspectionBusy
  /// The artifact's own metadata are not where they must be, exactly once.
  case metadataPlace
  /// The artifact's own metadata could be read in two ways.
  case malformedMetadata(CoreMetadataRefusal)
  /// The artifact's own metadata name another package or version.
  case metadataMismatch(ExactString)
  /// The upload could not be read back or written anew: our own failure.
  case unavailable

  /// What programs are told: stable words.
  package enum Code: String, CaseIterable, Sendable {
    case malformedForm = "scope.malformed-form"
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
    case metadataPlace = "scope.metadata-place"
    case malformedMetadata = "scope.malformed-metadata"
    case metadataMismatch = "scope.metadata-mismatch"
    case inspectionTooLong = "scope.inspection-too-long"
    case unavailable = "scope.unavailable"
  }

  package var code: Code {
    switch self {
    case .malformedForm: .malformedForm
    case .unknownField: .unknownField
    case .repeatedField: .repeatedField
    case .missingField: .missingField
    case .malformedField: .malformedField
    case .formTooLarge: .formTooLarge
    case .unexpectedFile: .unexpectedFile
    case .actionNotAccepted: .actionNotAccepted
    case .fileTypeMismatch: .fileTypeMismatch
    case .fileNameMismatch, .ambiguousFileName: .fileNameMismatch
    case .digestMismatch: .digestMismatch
    case .malformedArchive: .malformedArchive
    case .metadataPlace: .metadataPlace
    case .malformedMetadata: .malformedMetadata
    case .metadataMismatch: .metadataMismatch
    case .inspectionTooLong: .inspectionTooLong
    case .inspectionBusy, .unavailable: .unavailable
    }
  }

  /// One sentence for the person who published. Of the upload it repeats no more than a field's name.
  package var explanation: String {
    switch self {
    case .malformedForm(let refusal): "the upload is not a form that every server reads in the same way: \(refusal.explanation)"
    case .unknownField(let name): "the form has the field `\(Self.shortened(name))`, which no upload to this kind of registry has"
    case .repeatedField(let name): "the form has the field `\(Self.shortened(name))` twice"
    case .missingField(let name): "the form lacks the field `\(name)`"
    case .malformedField(let name): "the form's field `\(Self.shortened(name))` does not hold what it must"
    case .formTooLarge: "the form's fields are larger than an upload's may be"
    case .unexpectedFile(let name):
      "the form has a file in the field `\(Self.shortened(name))`, where none may be, or another of its name must be"
    case .actionNotAccepted: "only the :action file_upload is served here, and the URL must not ask for another"
    case .fileTypeMismatch: "filetype, pyversion and the file's name don't agree"
    case .fileNameMismatch: "the file's name is not the one that its package, version and type give it"
    case .ambiguousFileName(let name):
      "servers split the file's name into a name and a version in two ways; the name that would pass is \(name)"
    case .digestMismatch(let name): "the file is not the one that `\(name)` was computed over"
    case .malformedArchive(let refusal): "the file is not an archive that every unpacker reads in the same way: \(refusal.explanation)"
    case .metadataPlace: "the file does not have its metadata exactly once and in their place"
    case .malformedMetadata(let refusal): "the metadata in the file could be read in two ways: \(refusal.explanation)"
    case .metadataMismatch(let field): "the metadata in the file have another \(field) than the form"
    case .inspectionTooLong: "inspecting the file takes more processor time than the gateway's limits.inspection_timeout allows"
    case .inspectionBusy: "the gateway inspects as many uploads as it can at this moment; try again"
    case .unavailable: "the gateway could not keep the upload; try again"
    }
  }

  package var status: Int {
    switch self {
    case .malformedForm, .unknownField, .repeatedField, .missingField, .malformedField, .unexpectedFile, .actionNotAccepted,
      .fileTypeMismatch,
      .fileNameMismatch, .ambiguousFileName, .digestMismatch, .malformedArchive, .metadataPlace, .malformedMetadata, .metadataMismatch,
      .inspectionTooLong:
      400
    case .formTooLarge: 413
    case .inspectionBusy, .unavailable: 503
    }
  }

  /// A part's name is visible ASCII, but as long as a head may be.
  private static func shortened(_ name: ExactString) -> String {
    name.utf8.count <= 40 ? name.text : String(decoding: name.utf8.prefix(40), as: UTF8.self) + "..."
  }
}
