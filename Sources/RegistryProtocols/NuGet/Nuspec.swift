import StrictParsers

/// What the manifest in a package says the package is (nuspec.xsd).
struct Nuspec: Sendable {
  let id: NuGetID
  let version: NuGetVersion
  /// The names of the package's types, as they stand; none means an ordinary package.
  let types: [ExactString]

  /// Of each version of the schema.
  private static let namespace = (prefix: Array("http://schemas.microsoft.com/packaging/".utf8), suffix: Array("/nuspec.xsd".utf8))
  /// Some readers join all elements of such a name that they find, wherever they stand.
  private static let single: [(name: ExactString, doubt: NuGetDoubt)] = [
    ("package", .root), ("metadata", .metadata), ("id", .repeatedField), ("version", .repeatedField),
  ]

  init(parsing bytes: [UInt8], _ budget: WorkBudget) throws(UploadRefusal) {
    let root: XMLElement
    do throws(XMLError) { root = try StrictXML.parse(bytes, budget: budget) } catch { throw UploadRefusal(error) }
    guard root.prefix.isEmpty, root.name == "package" else { throw .nuget(.root) }
    for (name, doubt) in Self.single where Self.count(of: name, in: root) > 1 { throw .nuget(doubt) }
    guard let metadata = root.children.first(where: { ASCII.equalIgnoringCase($0.name, "metadata") }), metadata.prefix.isEmpty,
      metadata.name == "metadata"
    else { throw .nuget(.metadata) }
    // NuGet 1 declares it at the metadata.
    guard Self.isNamespace(metadata.namespace), root.namespace.isEmpty || root.namespace == metadata.namespace else {
      throw .nuget(.namespace)
    }
    guard let id = NuGetID(try Self.text("id", of: metadata, orThrow: .id)) else { throw .nuget(.id) }
    // NuGet trims it.
    let version = try Self.text("version", of: metadata, orThrow: .version).trimmed
    guard let version = NuGetVersion(version) else { throw .nuget(.version) }
    self.id = id
    self.version = version
    types = try Self.types(of: metadata)
  }

  /// In whatever case, with whatever prefix.
  private static func count(of name: ExactString, in element: XMLElement) -> Int {
    element.children.reduce(ASCII.equalIgnoringCase(element.name, name) ? 1 : 0) { $0 + count(of: name, in: $1) }
  }

  private static func isNamespace(_ name: ExactString) -> Bool {
    name.isEmpty || name.utf8.starts(with: namespace.prefix) && name.utf8.suffix(namespace.suffix.count).elementsEqual(namespace.suffix)
  }

  private static func text(_ name: ExactString, of metadata: XMLElement, orThrow doubt: NuGetDoubt) throws(UploadRefusal) -> ExactString {
    let found = metadata.children.filter { ASCII.equalIgnoringCase($0.name, name) }
    guard found.allSatisfy({ $0.prefix.isEmpty && $0.name == name }) else { throw .nuget(.repeatedField) }
    guard let element = found.first else { throw .nuget(doubt) }
    guard element.namespace == metadata.namespace else { throw .nuget(.namespace) }
    guard let text = element.text, element.attributes.isEmpty else { throw .nuget(doubt) }
    return text
  }

  private static func types(of metadata: XMLElement) throws(UploadRefusal) -> [ExactString] {
    let lists = try plain("packageTypes", in: metadata)
    guard lists.count < 2 else { throw .nuget(.packageTypes) }
    var types: [ExactString] = []
    for type in try lists.first.map({ list throws(UploadRefusal) in try plain("packageType", in: list) }) ?? [] {
      let names = type.attributes.filter { ASCII.equalIgnoringCase($0.name, "name") }
      guard names.count == 1, let name = names.first, name.name == "name", let value = name.value else { throw .nuget(.packageTypes) }
      types.append(value)
    }
    return types
  }

  /// The children of a name, each spelt as it must be.
  private static func plain(_ name: ExactString, in parent: XMLElement) throws(UploadRefusal) -> [XMLElement] {
    let found = parent.children.filter { ASCII.equalIgnoringCase($0.name, name) }
    guard found.allSatisfy({ $0.prefix.isEmpty && $0.name == name && $0.namespace == parent.namespace }) else {
      throw .nuget(.packageTypes)
    }
    return found
  }
}

extension ExactString {
  /// Without the white space of XML around it.
  fileprivate var trimmed: ExactString {
    let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0A }
    let behind = utf8.drop(while: isSpace)
    return ExactString(Substring(behind.dropLast(behind.reversed().prefix(while: isSpace).count)))
  }
}

extension UploadRefusal {
  /// What it says of an upload that XML in it could not be read.
  init(_ error: XMLError) {
    self = error.reason == .budgetSpent ? .inspectionTooLong : .malformedMetadata(MetadataDoubt(error.reason, at: error.offset))
  }
}
