/// What a file on a Python index is, by the end of its name.
enum PyPIFileType: Hashable, Sendable {
  case wheel
  /// With what ends its name.
  case sourceArchive(SourceSuffix)

  enum SourceSuffix: String, CaseIterable, Sendable {
    case tarGzip = ".tar.gz"
    case zip = ".zip"
  }

  /// `nil` if the name ends otherwise, or not as the form's `filetype` says.
  init?(fileName: some BidirectionalCollection<UInt8>, declared: some Sequence<UInt8>) {
    func ends(_ suffix: String) -> Bool { fileName.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) }
    if ends(".whl"), declared.elementsEqual("bdist_wheel".utf8) {
      self = .wheel
    } else if let suffix = SourceSuffix.allCases.first(where: { ends($0.rawValue) }), declared.elementsEqual("sdist".utf8) {
      self = .sourceArchive(suffix)
    } else {
      return nil
    }
  }

  /// Whether `pyversion`, empty where the form has none, can belong to such a file.
  func admits(pythonVersion: some Collection<UInt8>) -> Bool {
    let isSource = pythonVersion.elementsEqual("source".utf8)
    switch self {
    case .wheel: return !isSource
    case .sourceArchive: return isSource || pythonVersion.isEmpty
    }
  }
}
