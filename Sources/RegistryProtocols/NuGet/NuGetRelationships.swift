import StrictParsers

/// The relationships of a package, by which NuGet 2 finds the manifest; later versions find it by its name (ECMA-376, part 2, section 9.3).
enum NuGetRelationships {
  private static let namespace: ExactString = "http://schemas.openxmlformats.org/package/2006/relationships"
  private static let manifestType: ExactString = "http://schemas.microsoft.com/packaging/2010/07/manifest"
  /// Of a relationship. Readers of markup compatibility (the same, part 3) obey others, and `xml:base` moves targets.
  private static let attributes: Set<ExactString> = ["Id", "Type", "Target", "TargetMode"]

  /// That they name one manifest, which is the entry.
  static func check(_ bytes: [UInt8], name: NuGetEntryName, _ budget: WorkBudget) throws(UploadRefusal) {
    let root: XMLElement
    do throws(XMLError) { root = try StrictXML.parse(bytes, budget: budget) } catch { throw UploadRefusal(error) }
    guard isPlain(root, "Relationships"), root.attributes.isEmpty, root.children.allSatisfy(isPlainRelationship) else {
      throw .nuget(.relationships)
    }
    let manifests = root.children.filter { $0.attribute("Type").map { $0.value == nil || $0.value == manifestType } ?? true }
    guard manifests.count == 1, let manifest = manifests.first, let target = manifest.attribute("Target")?.value, name.isTarget(target),
      manifest.attribute("TargetMode").map({ $0.value == "Internal" }) ?? true
    else { throw .nuget(.relationships) }
  }

  private static func isPlainRelationship(_ element: XMLElement) -> Bool {
    isPlain(element, "Relationship") && element.children.isEmpty && element.attributes.allSatisfy { attributes.contains($0.name) }
  }

  private static func isPlain(_ element: XMLElement, _ name: ExactString) -> Bool {
    element.prefix.isEmpty && element.name == name && element.namespace == namespace
  }
}
