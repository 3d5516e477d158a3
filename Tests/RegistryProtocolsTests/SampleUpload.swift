import Digests
import RegistryProtocols
import StrictParsers

/// An upload of `Acme.Widgets` 1.0.0, of which a test changes what it is about.
struct SampleUpload {
  struct Part: Sendable {
    var name: String
    var value: [UInt8]
    var fileName: String?
    var type: String?

    init(_ name: String, _ value: String) { self.init(name, Array(value.utf8)) }

    init(_ name: String, _ value: [UInt8], fileName: String? = nil, type: String? = nil) {
      self.name = name
      self.value = value
      self.fileName = fileName
      self.type = type
    }
  }

  static let metadata = "Metadata-Version: 2.4\nName: Acme.Widgets\nVersion: 1.0.0\nSummary: widgets\n\n# Widgets\n\nName: not-a-field\n"

  /// Of the wheel.
  static let signature = Part("gpg_signature", [1], fileName: "acme_widgets-1.0.0-py3-none-any.whl.asc")

  var boundary = "74e5efa28c386be0100a206ba90cb360"
  var parts: [Part]

  init(parts: [Part]) { self.parts = parts }

  /// As twine sends it.
  static func wheel(
    name: String = "Acme.Widgets", version: String = "1.0.0", file: String = "acme_widgets-1.0.0-py3-none-any.whl",
    artifact: [UInt8] = wheelFile()
  ) -> SampleUpload {
    SampleUpload(
      parts: fields(name, version, "bdist_wheel", "py3", artifact)
        + [Part("content", artifact, fileName: file, type: "application/octet-stream")])
  }

  static func source(
    name: String = "Acme.Widgets", version: String = "1.0.0", file: String = "acme_widgets-1.0.0.tar.gz", artifact: [UInt8] = sourceFile()
  ) -> SampleUpload {
    SampleUpload(
      parts: fields(name, version, "sdist", "source", artifact)
        + [Part("content", artifact, fileName: file, type: "application/octet-stream")])
  }

  private static func fields(_ name: String, _ version: String, _ type: String, _ python: String, _ artifact: [UInt8]) -> [Part] {
    [
      Part("metadata_version", "2.4"), Part("name", name), Part("version", version), Part("summary", "widgets – größer"),
      Part("classifiers", "Programming Language :: Python :: 3"), Part("classifiers", "Operating System :: OS Independent"),
      Part("description", "# Widgets\r\n\r\n--74e5\r\n"), Part("pyversion", python), Part("filetype", type),
      Part("sha256_digest", Hex.encode(SHA256.digest(of: artifact).bytes)), Part(":action", "file_upload"), Part("protocol_version", "1"),
    ]
  }

  static func wheelFile(
    metadata: String = SampleUpload.metadata, folder: String = "acme_widgets-1.0.0.dist-info", more: [(name: String, content: [UInt8])] = []
  ) -> [UInt8] {
    SampleArchive.zip(
      [("acme/__init__.py", Array("x = 1\n".utf8)), ("\(folder)/METADATA", Array(metadata.utf8)), ("\(folder)/RECORD", [])] + more)
  }

  static func sourceFile(
    metadata: String = SampleUpload.metadata, folder: String = "acme_widgets-1.0.0", more: [(name: String, content: [UInt8])] = []
  ) -> [UInt8] {
    SampleArchive.tarGzip([("\(folder)/setup.py", Array("x = 1\n".utf8)), ("\(folder)/PKG-INFO", Array(metadata.utf8))] + more)
  }

  var artifact: [UInt8] { parts.last { $0.name == "content" }?.value ?? [] }

  subscript(_ name: String) -> String? {
    get { parts.first { $0.name == name }.map { String(decoding: $0.value, as: UTF8.self) } }
    set {
      let index = parts.firstIndex { $0.name == name }
      if let newValue, let index { parts[index].value = Array(newValue.utf8) }
      if newValue == nil, let index { parts.remove(at: index) }
      if let newValue, index == nil { parts.insert(Part(name, newValue), at: 0) }
    }
  }

  /// States anew, of the digests that the form states, what the artifact's are.
  mutating func stateDigests() {
    var hasher = ArtifactHasher([.md5, .blake2b256])
    let bytes = artifact
    unsafe hasher.update(bytes.span.bytes)
    let digests = hasher.finalize()
    for (name, digest) in [
      ("sha256_digest", digests.sha256.bytes), ("md5_digest", digests.md5 ?? []), ("blake2_256_digest", digests.blake2b256 ?? []),
    ] where self[name] != nil { self[name] = Hex.encode(digest) }
  }

  var body: [UInt8] {
    var body: [UInt8] = []
    for part in parts {
      body += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(part.name)\"".utf8
      if let fileName = part.fileName { body += "; filename=\"\(fileName)\"".utf8 }
      if let type = part.type { body += "\r\nContent-Type: \(type)".utf8 }
      body += "\r\n\r\n".utf8
      body += part.value
      body += "\r\n".utf8
    }
    return body + "--\(boundary)--\r\n".utf8
  }
}
