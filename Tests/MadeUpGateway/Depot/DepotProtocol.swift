import PublisherPolicy
import RegistryProtocols
import StrictParsers

/// An ecosystem that no registry speaks, and that uses every part of the seam at once.
///
/// A client asks where to upload (`GET /new`), then sends a JSON document with the file in base64 (`POST /crates`), which becomes three requests upstream.
struct DepotProtocol: RegistryProtocol {
  /// Whether the depot wants tokens of a service of its own.
  enum Tokens: String, CaseIterable, Hashable, Sendable { case none, wanted }
  enum Shelf: String, CaseIterable, Hashable, Sendable { case low, high }

  static let name = "depot"
  static let naming: any PackageNaming = DepotNaming()
  static let pathRules: PathRules = [.encodedScopeSlash, .leadingDoubleSlash]
  static let publishProbe = PublishProbe(
    .put, contentType: nil, body: "", forbidden: .credential,
    misplacement: .init([404], isCertain: true, answer: "there is no depot there", remedy: "it must be the depot's root"),
    unknownMethod: nil)
  static let listings = ["/all"]
  static let options: [any OptionKey] = [shelfOption, labelOption, tokensOption, tokenServiceOption, tokenNameOption]
  static let keyField: ExactString = "x-depot-key"
  private static let shelfOption = ChoiceOption("shelf", usual: Shelf.low)
  private static let labelOption = TextOption("label")

  private static let tokensOption = ChoiceOption("tokens", usual: Tokens.none)
  private static let tokenServiceOption = TextOption("token_service")
  private static let tokenNameOption = TextOption("token_name")

  let tokenService: TokenService?
  private let registry: RegistryName
  private let shelf: Shelf
  private let label: ExactString

  init(_ site: RegistrySite, _ options: RegistryOptions) throws(OptionProblem) {
    registry = site.name
    shelf = options[Self.shelfOption]
    guard let label = options[Self.labelOption] else { throw .missing(Self.labelOption) }
    self.label = label
    let isTokenWanted = options[Self.tokensOption] == .wanted
    tokenService =
      isTokenWanted
      ? TokenService(challengePath: "/hello", realm: options[Self.tokenServiceOption], service: options[Self.tokenNameOption]) : nil
  }

  func target(
    ofFile name: ExactString, _ artifact: any RandomAccessBytes, _ budget: WorkBudget
  ) throws(UploadRefusal) -> PublishTarget? { nil }

  func route(_ request: RoutedRequest) throws(RouteRefusal) -> Route {
    let segments = request.path.segments.first == "" ? Array(request.path.segments.dropFirst()) : request.path.segments
    switch (request.head.method, segments.first, segments.count) {
    case (.get, "new", 1):
      return .local(LocalRoute(.authenticated, action: AuditAction("announce")) { Self.json(("upload", "\($0.publicURL)/crates")) })
    case (.get, "who", 1):
      return .local(LocalRoute(.authenticated) { Self.json(("publisher", "\($0.publisher?.description ?? "unknown")")) })
    case (.post, "crates", 1): return .publish(upload())
    case (.post, "key", 2):
      guard let package = Self.naming.canonicalName(segments[1]) else { throw .notFound }
      return .token(DepotKeys(.issue(.oncePerPackage), package: package))
    case (.post, "key", 1): return .token(DepotKeys(.issue(.repeatable), package: nil))
    case (.delete, "key", 1): return .token(DepotKeys(.revoke, package: nil))
    case (.put, "labels", 2), (.put, "parts", 3): return .publish(try beside(segments, request.path.raw))
    case (.get, "layout", 1), (.head, "layout", 1): return .read(ReadRoute(access: .granted(.registry), document: DepotLayout.rewrite))
    case (.get, "map", 1), (.head, "map", 1):
      return .read(ReadRoute(document: DepotLayout.rewrite, substitute: { Self.json(("crates", "\($0.publicURL)/crates")) }))
    case (.get, "crates", 2), (.head, "crates", 2):
      guard let package = Self.naming.canonicalName(segments[1]) else { throw .notFound }
      return .read(ReadRoute(access: .granted(.package(.init(canonical: package)))))
    case (.get, _, _), (.head, _, _): return .read(ReadRoute())
    default: throw .methodNotAllowed
    }
  }

  /// The same key endpoint where a helper looks for it that knows only the host.
  func originRoute(_ request: RoutedRequest) throws(RouteRefusal) -> Route? {
    let segments = request.path.segments
    guard segments.count == 3, segments.prefix(2) == ["-", "depot-key"], let package = Self.naming.canonicalName(segments[2]) else {
      return nil
    }
    guard request.head.method == .post else { throw .methodNotAllowed }
    return .token(DepotKeys(.issue(.oncePerPackage), package: package))
  }

  /// What is sent beside a crate's versions: its labels, which change, and parts of what is delivered later.
  private func beside(_ segments: [ExactString], _ path: ExactString) throws(RouteRefusal) -> PublishRoute {
    guard let package = Self.naming.canonicalName(segments[1]) else { throw .notFound }
    let target = PublishTarget(
      registry: registry, package: .init(canonical: package), version: nil, file: segments.count == 3 ? segments[2] : "labels")
    return PublishRoute(
      segments.count == 3 ? AuditAction("part") : AuditAction("label"), body: .stream(target),
      reservation: segments.count == 3 ? .part : .mutable, exchange: SingleRequest(.put, path))
  }

  private func upload() -> PublishRoute {
    let inspector: @Sendable () throws(UploadRefusal) -> any UploadInspector = { [registry] () throws(UploadRefusal) in
      DepotInspector(registry: registry)
    }
    return PublishRoute(
      AuditAction("deliver"), body: .inspect(by: inspector), fields: FieldRules(request: ["user-agent"], response: ["content-type"]),
      exchange: DepotDelivery(shelf: shelf, label: label))
  }

  /// Some people give a depot the URL of its door.
  static func basePath(of path: ExactString) -> ExactString { path.text.hasSuffix("/door") ? ExactString(path.text.dropLast(5)) : path }

  func credentialField(of request: RoutedRequest) -> ExactString { Self.keyField }

  func credential(of request: RoutedRequest) throws(CredentialRefusal) -> PresentedCredential {
    let keys = request.head.fields.values(named: Self.keyField)
    guard keys.count < 2 else { throw .repeated }
    guard let key = keys.first else { throw .missing(challenged: false) }
    return try PresentedCredential(reading: key)
  }

  func tokenScopes(of subject: ReadSubject, for request: RoutedRequest) -> [ExactString] {
    switch subject {
    case .package(let package): ["crate:\(package.canonical)", "slots"].map { ExactString($0) }
    case .registry: ["layout"]
    }
  }

  func probes(_ subject: ExistenceProbe.Subject, _ target: PublishTarget, for request: RoutedRequest) -> [ExistenceProbe] {
    let crate = "/crates/\(DepotDelivery.segment(target.package))"
    let path = ExactString(subject == .package ? crate : "\(crate)/\(target.file)")
    return [ExistenceProbe(.head, path) { Existence(ofStatus: $0.status) }]
  }

  /// A depot's client shows one field, and takes any status but 400 for a fault of the network.
  func response(refusing refusal: ClientRefusal, to route: Route?) -> LocalResponse {
    let step =
      switch route {
      case .local: "announcing"
      case .publish: "delivering"
      case .read: "asking"
      case .token, nil: "knocking"
      }
    return LocalResponse(
      status: 400, reason: refusal.reason,
      json: JSONObject([.init("while", .string(ExactString(step))), .init("reason", .string(ExactString(refusal.code)))]),
      fields: [(name: "x-depot-sorry", value: refusal.reason)])
  }

  static func json(_ member: (name: ExactString, value: String)) -> LocalResponse {
    LocalResponse(status: 200, reason: "OK", json: JSONObject([.init(member.name, .string(ExactString(member.value)))]))
  }
}
