import StrictParsers

/// A service index, which says where each resource of a registry is ("NuGet Server API", "Service index").
struct NuGetIndex: Sendable {
  static let limit = 1 << 20
  private static let resources: ExactString = "resources"
  private static let id: ExactString = "@id"
  private static let type: ExactString = "@type"

  private let object: JSONObject
  private let list: [JSONObject]

  /// `nil` if it is not one that every reader understands alike.
  init?(_ document: [UInt8]) {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    guard let object = try? StrictJSON.parseObject(document.starts(with: mark) ? Array(document.dropFirst(mark.count)) : document),
      let values = object[Self.resources]?.array
    else { return nil }
    list = values.compactMap { $0.object }
    guard list.count == values.count else { return nil }
    self.object = object
  }

  /// The first resource's of a type.
  func url(of type: ExactString) -> ExactString? { list.first { Self.types(of: $0).contains(type) }?[Self.id]?.string }

  private static func types(of resource: JSONObject) -> [ExactString] {
    resource[type]?.string.map { [$0] } ?? resource[type]?.array?.compactMap { $0.string } ?? []
  }

  /// The index for clients: uploads that the registry takes go to the gateway, and what else it has below its own URL is read through it.
  private func rewritten(_ kinds: [NuGetPackageKind], _ links: LinkRewrite) -> [UInt8] {
    var resources: [JSONValue] = []
    for resource in list {
      let types = Self.types(of: resource)
      // Later versions of a resource are the same places.
      guard !types.contains(where: { Self.isOfUploads($0) }) else { continue }
      let members = resource.members.map { member in
        guard member.name == Self.id, let url = member.value.string, let rewritten = links.rewrite(url.utf8) else { return member }
        return JSONObject.Member(Self.id, .string(ExactString(rewritten)))
      }
      resources.append(.object(JSONObject(members)))
    }
    resources += Self.uploads(kinds.filter { $0 == .package || url(of: $0.resource) != nil }, links.publicURL)
    let members = object.members.map { $0.name == Self.resources ? JSONObject.Member(Self.resources, .array(resources)) : $0 }
    return JSONObject(members).encoded()
  }

  private static func isOfUploads(_ type: ExactString) -> Bool {
    (["PackagePublish", "SymbolPackagePublish"] as [ExactString]).contains { type == $0 || type.utf8.starts(with: "\($0)/".utf8) }
  }

  private static func uploads(_ kinds: [NuGetPackageKind], _ publicURL: ExactString) -> [JSONValue] {
    kinds.map { kind in
      .object(
        JSONObject([
          .init(id, .string(ExactString("\(publicURL)/\(kind.publicPath)"))), .init(type, .string(kind.resource)),
        ]))
    }
  }

  /// Whatever media type a server of files gives it: what was passed on as it came would lead uploads past the gateway.
  static func rewrite(_ kinds: [NuGetPackageKind]) -> DocumentRewrite {
    DocumentRewrite(limit: limit, mediaTypes: nil) { document, links in NuGetIndex(document.body)?.rewritten(kinds, links) }
  }

  /// The index of a registry that has none, or shows it to nobody: clients ask for it without a key before they push.
  static func substitute(_ kinds: [NuGetPackageKind]) -> @Sendable (LocalContext) -> LocalResponse {
    { context in
      LocalResponse(
        status: 200, reason: "OK",
        json: JSONObject([.init("version", .string("3.0.0")), .init(resources, .array(uploads(kinds, context.publicURL)))]))
    }
  }
}
