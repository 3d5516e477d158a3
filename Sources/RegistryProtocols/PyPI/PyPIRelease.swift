import PublisherPolicy
import StrictParsers

/// What an upload's form and its file's name agree on.
struct PyPIRelease: Sendable {
  let name: PyPIName
  let version: PEP440Version
  let type: PyPIFileType
  let fileName: ExactString

  /// `nil` if the form has not said everything yet.
  init?(_ form: PyPIForm) throws(UploadRefusal) {
    guard let fileName = form.fileName, let name = form.value(of: PyPIFormField.name), let version = form.value(of: PyPIFormField.version),
      let declared = form.value(of: PyPIFormField.fileType)
    else { return nil }
    guard let name = ExactString(utf8: name).flatMap({ PyPIName($0) }) else { throw .malformedField(PyPIFormField.name) }
    guard let written = ExactString(utf8: version), let version = PEP440Version(written), version.written == written else {
      throw .malformedField(PyPIFormField.version)
    }
    guard ["sdist", "bdist_wheel"].contains(where: { declared.elementsEqual($0.utf8) }) else {
      throw .malformedField(PyPIFormField.fileType)
    }
    guard let type = PyPIFileType(fileName: fileName.utf8, declared: declared) else { throw .fileTypeMismatch }
    try self.init(name: name, version: version, type: type, fileName: fileName)
  }

  /// What a file says without a form.
  init(fileName: ExactString, _ artifact: some RandomAccessBytes, _ budget: WorkBudget) throws(UploadRefusal) {
    let types = ["bdist_wheel", "sdist"].compactMap { PyPIFileType(fileName: fileName.utf8, declared: $0.utf8) }
    guard let type = types.first else { throw .fileTypeMismatch }
    let metadata = try PyPIArchive.metadata(in: artifact, type, budget)
    try self.init(name: metadata.name, version: metadata.version, type: type, fileName: fileName)
    try PyPIArchive.verify(artifact, of: self, budget)
  }

  private init(name: PyPIName, version: PEP440Version, type: PyPIFileType, fileName: ExactString) throws(UploadRefusal) {
    switch PyPIFileName(name: name, version: version).admits(fileName, for: type) {
    case .admitted: break
    case .ambiguous(let unambiguous): throw .ambiguousFileName(wouldPass: unambiguous)
    case .foreign: throw .fileNameMismatch
    }
    self.name = name
    self.version = version
    self.type = type
    self.fileName = fileName
  }

  func target(in registry: RegistryName) -> PublishTarget {
    PublishTarget(
      registry: registry, package: .init(canonical: name.canonical),
      version: .init(written: version.written, canonical: version.canonical), file: fileName)
  }
}
