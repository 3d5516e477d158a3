/// What the prefixes of names mean at one place of a document (Namespaces in XML 1.0).
struct XMLNamespaces {
  /// An attribute as it stands, with its prefix.
  struct Written {
    let name: ArraySlice<UInt8>
    /// `nil` if it is not written as it is read.
    let value: ExactString?
    let place: Int
  }

  private static let declaring: ExactString = "xmlns"
  private static let reserved: Set<ExactString> = ["http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/"]
  private static let xml: ExactString = "xml"

  /// By prefix, the empty one among them.
  private var declared: [ExactString: ExactString] = [:]

  /// The prefix, which is empty if there is none, and what follows it.
  static func split(_ name: ArraySlice<UInt8>, at place: Int) throws(XMLError) -> (prefix: ExactString, local: ExactString) {
    let parts = name.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count < 3, parts.allSatisfy({ $0.first.map { ASCII.isAlpha($0) || $0 == UInt8(ascii: "_") } == true }),
      let local = parts.last.flatMap({ ExactString(utf8: $0) }), let prefix = parts.count == 2 ? ExactString(utf8: parts[0]) : ""
    else { throw XMLError(.unexpectedByte, at: place) }
    return (prefix, local)
  }

  /// Takes note of an attribute that declares a namespace.
  mutating func declare(_ attribute: Written, limit: Int) throws(XMLError) {
    let (prefix, local) = try Self.split(attribute.name, at: attribute.place)
    let isDefault = prefix.isEmpty && local == Self.declaring
    guard isDefault || prefix == Self.declaring else { return }
    let name = isDefault ? "" : local
    // A namespace's name is a URI (section 2.2), which some readers tell apart from the rest by a space.
    guard let value = attribute.value, !Self.reserved.contains(value), value.utf8.allSatisfy(ASCII.isVisible), isDefault || !value.isEmpty,
      !name.utf8.starts(with: Self.xml.utf8)
    else { throw XMLError(.namespace, at: attribute.place) }
    declared[name] = value
    guard declared.count <= limit else { throw XMLError(.tooMany, at: attribute.place) }
  }

  /// `nil` if the prefix is not declared.
  func namespace(ofElement prefix: ExactString) -> ExactString? { declared[prefix] ?? (prefix.isEmpty ? "" : nil) }

  /// Those that declare nothing. An attribute without a prefix is in no namespace.
  func attributes(_ written: [Written]) throws(XMLError) -> [XMLElement.Attribute] {
    var seen: Set<[ExactString]> = []
    var attributes: [XMLElement.Attribute] = []
    for attribute in written {
      let (prefix, local) = try Self.split(attribute.name, at: attribute.place)
      guard prefix != Self.declaring, !prefix.isEmpty || local != Self.declaring else { continue }
      if !prefix.isEmpty {
        guard let namespace = prefix == Self.xml ? Self.xml : declared[prefix] else {
          throw XMLError(.undeclaredPrefix, at: attribute.place)
        }
        guard seen.insert([namespace, local]).inserted else { throw XMLError(.repeatedAttribute, at: attribute.place) }
      }
      let name = prefix.isEmpty ? local : ExactString("\(prefix):\(local)")
      attributes.append(XMLElement.Attribute(name: name, value: attribute.value))
    }
    return attributes
  }
}
