import Digests
package import PublisherPolicy
package import StrictParsers

/// A registry of packages for .NET that takes pushes as nuget.org does ("NuGet Server API", "Push and Delete"), which is what `dotnet nuget push`,
/// `nuget push` and every registry speak.
package struct NuGetProtocol: RegistryProtocol {
  /// What becomes of packages of symbols.
  enum Symbols: String, CaseIterable, Hashable, Sendable { case allow, refuse }

  package static let name = "nuget"
  package static let naming: any PackageNaming = NuGetNaming()
  package static let publishProbe = NuGetLayout("").publishProbe
  package static let listings = ["/v3/index.json", "/index.json"]
  package static let showsReasonPhrase = true
  package static let options: [any OptionKey] = [symbolsOption, flatContainerOption]
  /// `nuget`: whether packages of symbols (`.snupkg`) may be published beside packages: `allow`, or `refuse`.
  /// Default: `allow`.
  private static let symbolsOption = ChoiceOption("symbols", usual: Symbols.allow)
  /// `nuget`: the path of the flat container (`PackageBaseAddress` in the service index) below the registry, such as `/v3/package`. Existence is asked there.
  /// Default: where the service index says.
  private static let flatContainerOption = TextOption("flat_container")

  private static let keyField: ExactString = "x-nuget-apikey"
  private static let package: [ExactString] = ["api", "v2", "package"]
  /// Where a push goes: below a host by itself, or to a URL that a client was given.
  private static let places: [NuGetPackageKind: [[ExactString]]] = [
    .package: [package, []], .symbols: [["api", "v2", "symbolpackage"], ["symbolpackage"]],
  ]

  private let registry: RegistryName
  private let prefix: ExactString
  private let layout: NuGetLayout
  private let kinds: [NuGetPackageKind]
  private let container: ExactString?
  private let boundary: BoundarySource

  package init(_ site: RegistrySite, _ options: RegistryOptions) throws(OptionProblem) {
    let container = options[Self.flatContainerOption]
    if let container {
      guard container.utf8.first == UInt8(ascii: "/"), (try? RequestPath(Array(container.utf8)[...])) != nil else {
        throw .wrong(Self.flatContainerOption, "must be a path below the registry such as /v3/package")
      }
    }
    self.init(
      site, symbols: options[Self.symbolsOption],
      container: container.map { $0.utf8.last == UInt8(ascii: "/") ? ExactString(Substring($0.utf8.dropLast())) : $0 },
      boundary: MultipartFormWriter.randomBoundary)
  }

  init(_ site: RegistrySite, symbols: Symbols, container: ExactString?, boundary: @escaping BoundarySource) {
    registry = site.name
    prefix = site.path
    layout = NuGetLayout(url: site.upstreamURL)
    kinds = symbols == .allow ? NuGetPackageKind.allCases : [.package]
    self.container = container
    self.boundary = boundary
  }

  package static func basePath(of path: ExactString) -> ExactString { NuGetLayout(path).basePath }

  package var publishProbe: PublishProbe { layout.publishProbe }
  package var directory: PublishDirectory? { layout.index.map { NuGetCheck.directory($0, kinds) } }
  package var absence: AbsenceProbe? { container == nil ? NuGetCheck.absence(in: layout) : nil }

  package func target(
    ofFile name: ExactString, _ artifact: any RandomAccessBytes, _ budget: WorkBudget
  ) throws(UploadRefusal) -> PublishTarget? {
    let suffix = Array(".\(NuGetPackageKind.symbols.suffix)".utf8)
    let isSymbols = ASCII.equalIgnoringCase(name.utf8.suffix(suffix.count), suffix)
    return try NuGetArchive.nuspec(in: artifact, budget).target(in: registry, isSymbols ? .symbols : .package)
  }

  /// Unlisting is DELETE of a version, relisting POST to it.
  package func route(_ request: RoutedRequest) throws(RouteRefusal) -> Route {
    if let exchange = try NuGetTokens.route(request) { return exchange }
    let segments = request.path.segments
    switch request.head.method {
    case .get, .head:
      guard layout.isIndex(request.path) else { return .read(ReadRoute()) }
      return .read(ReadRoute(document: NuGetIndex.rewrite(kinds), substitute: NuGetIndex.substitute(kinds)))
    case .put:
      let place = segments.last == "" ? Array(segments.dropLast()) : segments
      guard let kind = kinds.first(where: { Self.places[$0]?.contains(place) == true }) else {
        throw .uploadElsewhere(.paths(kinds.map { ExactString("\(prefix)\($0.publicPath)") }))
      }
      return .publish(upload(kind, request.head))
    case .delete, .post: throw .notPublishing
    case .patch, .options: throw .methodNotAllowed
    }
  }

  package func originRoute(_ request: RoutedRequest) throws(RouteRefusal) -> Route? { try NuGetTokens.route(request) }

  private func upload(_ kind: NuGetPackageKind, _ head: RequestHead) -> PublishRoute {
    let types = head.fields.values(named: "content-type")
    let inspector: @Sendable () throws(UploadRefusal) -> any UploadInspector = { [registry, boundary] () throws(UploadRefusal) in
      guard types.count == 1, let type = types.first else { throw .malformedForm(.mediaType) }
      return try NuGetUploadInspector(contentType: type, registry: registry, kind, boundary: boundary)
    }
    let fields = FieldRules(
      request: FieldRules.publish.request + ["x-nuget-client-version", "x-nuget-protocol-version", "x-nuget-session-id"],
      response: FieldRules.publish.response.union(["x-nuget-warning"]))
    return PublishRoute(body: .inspect(by: inspector), fields: fields, exchange: layout.exchange(of: kind))
  }

  package func probes(_ subject: ExistenceProbe.Subject, _ target: PublishTarget, for request: RoutedRequest) -> [ExistenceProbe] {
    // Nobody is told which symbols a registry has.
    guard subject == .package || !NuGetPackageKind.symbols.isKind(of: target) else { return [] }
    let existence = NuGetExistence(
      subject, id: target.package.canonical, version: target.version?.canonical, basePath: layout.basePath)
    return [container.map { existence.probe(inContainer: $0) } ?? existence.probe(in: layout)]
  }

  /// Clients put a key there, and the user and password of a source elsewhere.
  package func credentialField(of request: RoutedRequest) -> ExactString {
    request.head.fields.values(named: Self.keyField).isEmpty ? "authorization" : Self.keyField
  }

  package func credential(of request: RoutedRequest) throws(CredentialRefusal) -> PresentedCredential {
    let keys = request.head.fields.values(named: Self.keyField)
    guard keys.count < 2 else { throw .repeated }
    guard let key = keys.first else { return try AuthorizationField.credential(in: request.head, challenged: false) }
    return try PresentedCredential(reading: key)
  }

  package var responseToRepeat: (@Sendable (LinkRewrite) -> LocalResponse)? { { _ in .tookBefore(201, "Created") } }

  /// Clients show the reason phrase, which HTTP/2 has not, and this field.
  package func response(refusing refusal: ClientRefusal, to route: Route?) -> LocalResponse {
    let allowed = refusal.status == 405 ? [(name: "allow", value: "GET, HEAD, PUT")] : []
    return LocalResponse(refusing: refusal, fields: [(name: "x-nuget-warning", value: refusal.reason)] + allowed)
  }
}
