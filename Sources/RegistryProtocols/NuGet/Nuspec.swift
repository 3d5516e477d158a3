import StrictParsers

/// What the manifest in a package says the package is (nuspec.xsd).
struct Nuspec: Sendable {
  let id: NuGetID
  let version: NuGetVersion

  /// Of each version of the schema.
  private static let namespace = (prefix: "http://schemas.microsoft.com/packaging/", suffix: "/nuspec.xsd")

  init(parsing bytes: [UInt8], _ budget: WorkBudget) throws(UploadRefusal) {
    let root: XMLElement
    do throws(XMLError) { root = try StrictXML.parse(bytes, budget: budget) } catch { throw UploadRefusal(error) }
    guard root.prefix.isEmpty, root.name == "package" else { throw .nuget(.root) }
    let found = root.children.filter { ASCII.equalIgnoringCase($0.name, "metadata") }
    guard found.count == 1, let metadata = found.first, metadata.prefix.isEmpty, metadata.name == "metadata" else {
      throw .nuget(.metadata)
    }
    // NuGet 1 declares it at the metadata.
    guard Self.isNamespace(metadata.namespace), root.namespace.isEmpty || root.namespace == metadata.namespace else {
      throw .nuget(.namespace)
    }
    guard let id = NuGetID(try Self.text("id", of: metadata, orThrow: .id)) else { throw .nuget(.id) }
    guard let version = NuGetVersion(try Self.text("version", of: metadata, orThrow: .version)) else { throw .nuget(.version) }
    guard !id.isAmbiguous(with: version) else { throw .nuget(.ambiguousID) }
    self.id = id
    self.version = version
  }

  private static func isNamespace(_ name: ExactString) -> Bool {
    name.isEmpty || name.text.hasPrefix(namespace.prefix) && name.text.hasSuffix(namespace.suffix)
  }

  private static func text(_ name: ExactString, of metadata: XMLElement, orThrow doubt: NuGetDoubt) throws(UploadRefusal) -> ExactString {
    let found = metadata.children.filter { ASCII.equalIgnoringCase($0.name, name) }
    guard found.count < 2, found.allSatisfy({ $0.prefix.isEmpty && $0.name == name }) else { throw .nuget(.repeatedField) }
    guard let element = found.first else { throw .nuget(doubt) }
    guard element.namespace == metadata.namespace else { throw .nuget(.namespace) }
    guard let text = element.text, element.attributes.isEmpty else { throw .nuget(doubt) }
    return text
  }
}

extension UploadRefusal {
  /// What it says of an upload that XML in it could not be read.
  init(_ error: XMLError) {
    self = error.reason == .budgetSpent ? .inspectionTooLong : .malformedMetadata(MetadataDoubt(error.reason, at: error.offset))
  }
}
