package import PublisherPolicy
package import StrictParsers

/// A registry of crates that speaks the web API of The Cargo Book ("Registry Web API") and has a sparse index.
package struct CargoProtocol: RegistryProtocol {
  package static let name = "cargo"
  package static let naming: any PackageNaming = CargoNaming()
  package static let publishProbe = PublishProbe.cargo
  package static let listings = CargoIndex.places.map { "\($0)/\(CargoIndex.configuration)" }
  package static let options: [any OptionKey] = [indexOption]
  /// `cargo`: the sparse index, below `upstream.url`: its URL, or a path such as `/api/v1/crates`. Existence is asked there, and guarded reads are
  /// made there. Each `config.json` that is read through the gateway is rewritten, wherever it is.
  /// Default: each of the places where registries have theirs.
  private static let indexOption = TextOption("index")

  private static let upload: [ExactString] = ["api", "v1", "crates", "new"]

  private let registry: RegistryName
  private let prefix: ExactString
  private let indexes: [ExactString]

  package init(_ site: RegistrySite, _ options: RegistryOptions) throws(OptionProblem) {
    registry = site.name
    prefix = site.path
    guard let index = options[Self.indexOption] else {
      indexes = CargoIndex.places
      return
    }
    guard let path = Self.path(index, site.upstreamURL) else {
      throw .wrong(Self.indexOption, "must be a URL below upstream.url, or a path there such as /api/v1/crates")
    }
    indexes = [path]
  }

  /// Without a slash at its end; `nil` if it is neither a plain path nor below the registry's URL.
  private static func path(_ written: ExactString, _ registry: ExactString?) -> ExactString? {
    let sparse = "sparse+"
    let url = written.text.hasPrefix(sparse) ? String(written.text.dropFirst(sparse.count)) : written.text
    let below = registry.flatMap { url == $0.text ? "/" : url.hasPrefix("\($0)/") ? String(url.dropFirst($0.text.count)) : nil } ?? url
    guard let path = try? RequestPath(Array(below.utf8)[...]) else { return nil }
    let text = String(decoding: path.bytes, as: UTF8.self)
    return ExactString(text.hasSuffix("/") ? String(text.dropLast()) : text)
  }

  package func target(
    ofFile name: ExactString, _ artifact: any RandomAccessBytes, _ budget: WorkBudget
  ) throws(UploadRefusal) -> PublishTarget? {
    let release = try CrateArchive.release(in: artifact, budget)
    guard name == release.fileName else { throw .fileNameMismatch }
    return release.target(in: registry)
  }

  package func route(_ request: RoutedRequest) throws(RouteRefusal) -> Route {
    if let exchange = try CargoTokens.route(request) { return exchange }
    let segments = request.path.segments
    switch request.head.method {
    case .get, .head: return .read(read(request.path))
    case .put where segments == Self.upload:
      let inspector: @Sendable () throws(UploadRefusal) -> any UploadInspector = { [registry] () throws(UploadRefusal) in
        CargoUploadInspector(registry: registry)
      }
      return .publish(PublishRoute(body: .inspect(by: inspector), exchange: CargoUpload()))
    case .put, .delete:
      // Yanking, and a crate's owners.
      guard !segments.starts(with: Self.upload.dropLast()) || segments == Self.upload else { throw .notPublishing }
      throw .uploadElsewhere(.paths([ExactString("\(prefix)api/v1/crates/new")]))
    case .post, .patch, .options: throw .methodNotAllowed
    }
  }

  package func originRoute(_ request: RoutedRequest) throws(RouteRefusal) -> Route? { try CargoTokens.route(request) }

  /// What cargo asks before it uploads is granted: the index's configuration, and the crate's own file in it. No configuration leads past the gateway,
  /// wherever it is.
  private func read(_ path: RoutedPath) -> ReadRoute {
    let fields = FieldRules(request: FieldRules.read.request + ["cargo-protocol"], response: FieldRules.read.response)
    if path.segments.last == CargoIndex.configuration {
      let isOfIndex = CargoIndex.isConfiguration(path, in: indexes)
      return ReadRoute(access: isOfIndex ? .granted(.registry) : .client, fields: fields, document: CargoConfiguration.rewrite)
    }
    guard let crate = CargoIndex.crate(at: path, in: indexes) else { return ReadRoute(fields: fields) }
    return ReadRoute(access: .granted(.package(.init(canonical: crate.canonical))), fields: fields)
  }

  package func probes(_ subject: ExistenceProbe.Subject, _ target: PublishTarget, for request: RoutedRequest) -> [ExistenceProbe] {
    CargoIndex.probes(subject, target, in: indexes)
  }

  package func credential(of request: RoutedRequest) throws(CredentialRefusal) -> PresentedCredential {
    try CargoCredential.credential(in: request.head)
  }

  /// Cargo shows each of the other warnings.
  package var responseToRepeat: (@Sendable (LinkRewrite) -> LocalResponse)? {
    { _ in
      let warnings = JSONObject([
        .init("invalid_categories", .array([])), .init("invalid_badges", .array([])),
        .init("other", .array([.string(ExactString(LocalResponse.tookBefore))])),
      ])
      return LocalResponse(status: 200, reason: "OK", json: JSONObject([.init("warnings", .object(warnings))]))
    }
  }

  /// Cargo shows the `detail` of each of `errors`.
  package func response(refusing refusal: ClientRefusal, to route: Route?) -> LocalResponse {
    LocalResponse(refusing: refusal, fields: refusal.status == 405 ? [(name: "allow", value: "GET, HEAD, PUT")] : [])
  }
}
