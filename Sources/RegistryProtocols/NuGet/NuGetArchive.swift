import StrictParsers

/// A package, or its symbols: a zip file with one nuspec at its root.
enum NuGetArchive {
  private static let relationships = "_rels/.rels"
  private static let manifestType: ExactString = "http://schemas.microsoft.com/packaging/2010/07/manifest"
  private static let mostMetadataBytes = 4 << 20

  /// What the package is, by its one manifest.
  static func nuspec(in package: some RandomAccessBytes, _ budget: WorkBudget) throws(UploadRefusal) -> Nuspec {
    let members: ArchiveMembers
    do throws(ArchiveRefusal) {
      members = try ArchiveMembers.ofZip(package, limits: ArchiveLimits(memberLength: mostMetadataBytes), budget: budget) {
        isManifest(folded($0)) || folded($0) == relationships
      }
    } catch { throw UploadRefusal(error) }
    let manifests = members.contents.keys.filter { isManifest(folded($0)) }
    guard manifests.count == 1, let name = manifests.first, let content = members.contents[name] else { throw .metadataPlace }
    let others = members.contents.filter { $0.key != name }
    guard others.count < 2 else { throw .metadataPlace }
    for relationships in others.values { try check(relationships, name: name, budget) }
    return try Nuspec(parsing: content, budget)
  }

  /// NuGet 2 finds the manifest by the relationships of the package (ECMA-376, part 2, section 9.3), and later versions by its name.
  private static func check(_ bytes: [UInt8], name: ExactString, _ budget: WorkBudget) throws(UploadRefusal) {
    let root: XMLElement
    do throws(XMLError) { root = try StrictXML.parse(bytes, budget: budget) } catch { throw UploadRefusal(error) }
    let manifests = root.children.filter { $0.attribute("Type").map { $0.value == nil || $0.value == manifestType } ?? true }
    guard manifests.count == 1, let target = manifests.first?.attribute("Target")?.value, manifests.first?.attribute("TargetMode") == nil,
      folded(target).drop(while: { $0 == "/" }) == folded(name)
    else { throw .nuget(.relationships) }
  }

  private static func isManifest(_ name: String) -> Bool { !name.contains("/") && name.hasSuffix(".nuspec") }

  /// A part's name, as readers that take it for a URI compare it: in lower case, with escapes as what they stand for.
  private static func folded(_ name: ExactString) -> String {
    var plain: [UInt8] = []
    var rest = Array(name.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%"), rest.count > 1, let high = ASCII.hexValue(rest[rest.startIndex]),
        let low = ASCII.hexValue(rest[rest.startIndex + 1])
      else {
        plain.append(ASCII.lowercased(byte))
        continue
      }
      plain.append(ASCII.lowercased(high << 4 | low))
      rest = rest.dropFirst(2)
    }
    return String(decoding: plain, as: UTF8.self)
  }
}
