package import PublisherPolicy
package import StrictParsers

/// A registry that npm, pnpm and Yarn publish to.
package struct NPMProtocol: RegistryProtocol {
  /// Which dist-tags an upload may set.
  enum Tags: String, CaseIterable, Hashable, Sendable { case any, latest }

  package static let name = "npm"
  package static let naming: any PackageNaming = NPMNaming()
  package static let pathRules: PathRules = [.encodedScopeSlash, .leadingDoubleSlash]
  package static let publishProbe = PublishProbe.npm
  package static let listings = ["/-/v1/search"]
  package static let options: [any OptionKey] = [Attestations.option, tagsOption]
  /// `npm`: which dist-tags an upload may set: `any`, or `latest` and no other.
  /// Default: `any`.
  private static let tagsOption = ChoiceOption("tags", usual: Tags.any)

  private let registry: RegistryName
  private let prefix: ExactString
  private let registryURL: ExactString
  private let attestations: Attestations
  private let tags: Tags

  package init(_ site: RegistrySite, _ options: RegistryOptions) throws(OptionProblem) {
    registry = site.name
    prefix = site.path
    registryURL = site.upstreamURL ?? "http://localhost"
    attestations = options[Attestations.option]
    tags = options[Self.tagsOption]
  }

  static func target(in registry: RegistryName, _ name: NPMName, _ version: SemanticVersion) -> PublishTarget {
    PublishTarget(
      registry: registry, package: .init(canonical: name.canonical), writtenName: name.written,
      version: .init(written: version.written, canonical: version.identity), file: ExactString("\(name.unscoped)-\(version.written).tgz"))
  }

  /// The package that some segments of a path name, as one segment or as two; `nil` if they name none.
  static func name(_ segments: ArraySlice<ExactString>) -> NPMName? {
    let name = segments.count == 1 ? segments.first : segments.count == 2 ? ExactString(segments.map(\.text).joined(separator: "/")) : nil
    guard let name = name.flatMap({ NPMName($0) }), segments.count == 1 || name.written.text.hasPrefix("@") else { return nil }
    return name
  }

  package func target(
    ofFile name: ExactString, _ artifact: any RandomAccessBytes, _ budget: WorkBudget
  ) throws(UploadRefusal) -> PublishTarget? {
    let own = try NPMArchive.read(artifact, budget)
    return Self.target(in: registry, own.name, own.cleanedVersion)
  }

  package func route(_ request: RoutedRequest) throws(RouteRefusal) -> Route {
    let segments = request.path.segments.first == "" ? request.path.segments.dropFirst() : request.path.segments[...]
    let inner = RoutedRequest(request.head, RoutedPath(raw: request.path.raw, segments: Array(segments), query: request.path.query))
    if let exchange = try NPMTokens.route(inner) { return exchange }
    switch request.head.method {
    case .get, .head: return read(segments)
    case .put:
      guard segments.first != "-", let name = Self.name(segments) else { throw .notPublishing }
      return .publish(publish(name))
    case .delete: throw .notPublishing
    case .post where segments.starts(with: ["-", "stage"]): throw .otherPublishing(instead: "npm publish")
    case .post, .patch, .options: throw .methodNotAllowed
    }
  }

  package func originRoute(_ request: RoutedRequest) throws(RouteRefusal) -> Route? { try NPMTokens.route(request) }

  private func publish(_ name: NPMName) -> PublishRoute {
    let inspector: @Sendable () throws(UploadRefusal) -> any UploadInspector = { [self] () throws(UploadRefusal) in
      NPMUploadInspector(registry: registry, name: name, registryURL: registryURL, tags: tags, attestations: attestations)
    }
    return PublishRoute(body: .inspect(by: inspector), exchange: SingleRequest(.put, ExactString("/\(name.segment)")))
  }

  private func read(_ segments: ArraySlice<ExactString>) -> Route {
    if segments == ["-", "whoami"] {
      return .local(
        LocalRoute(.authenticated) { context in
          LocalResponse(
            status: 200, reason: "OK",
            json: JSONObject([.init("username", .string(ExactString("\(context.publisher?.description ?? "unknown")")))]))
        })
    }
    // A registry that says that a package is public makes npm sign statements, which it would then not take.
    if segments.first == "-", segments.last == "visibility", attestations == .drop {
      return .local(
        LocalRoute(.anyone) { _ in
          LocalResponse(status: 404, reason: "Not Found", json: JSONObject([.init("error", .string("no statements are taken here"))]))
        })
    }
    let fields = FieldRules(
      request: FieldRules.read.request, response: FieldRules.read.response.subtracting(["www-authenticate"]).union(["npm-notice"]))
    return .read(ReadRoute(fields: fields, document: Self.name(segments) == nil ? nil : NPMPackument.rewrite))
  }

  package func probes(_ subject: ExistenceProbe.Subject, _ target: PublishTarget, for request: RoutedRequest) -> [ExistenceProbe] {
    NPMPackument.probes(subject, target)
  }

  package func credential(of request: RoutedRequest) throws(CredentialRefusal) -> PresentedCredential {
    try AuthorizationField.credential(in: request.head, challenged: false)
  }

  package func response(refusing refusal: ClientRefusal, to route: Route?) -> LocalResponse { Self.response(refusing: refusal) }

  package var responseToRepeat: (@Sendable (LinkRewrite) -> LocalResponse)? {
    { _ in LocalResponse(status: 200, reason: "OK", json: JSONObject([.init("success", .bool(true))])) }
  }

  /// npm shows `error` unless the status is 401, and `npm-notice` always.
  static func response(refusing refusal: ClientRefusal) -> LocalResponse {
    let status = refusal.status == 401 ? 403 : refusal.status
    let told = ClientRefusal(
      status: status, code: refusal.code, sentence: refusal.sentence, requestID: refusal.requestID, retryAfter: refusal.retryAfter)
    let allowed = status == 405 ? [(name: "allow", value: "GET, HEAD, PUT")] : []
    return LocalResponse(refusing: told, fields: [(name: "npm-notice", value: refusal.reason)] + allowed)
  }
}
