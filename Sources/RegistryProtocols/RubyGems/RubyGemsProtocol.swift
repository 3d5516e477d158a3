import Digests
package import PublisherPolicy
package import StrictParsers

/// A gem server that takes uploads as RubyGems.org does, which is what `gem push` speaks.
package struct RubyGemsProtocol: RegistryProtocol {
  package static let name = "rubygems"
  package static let naming: any PackageNaming = GemNaming()
  /// `gem` and the helper put a slash between a host's URL and a path, also where the URL ends with one.
  package static let pathRules: PathRules = .leadingDoubleSlash
  package static let publishProbe = PublishProbe.rubyGems
  package static let listings = GemExistence.listings
  package static let options: [any OptionKey] = [Attestations.option]

  /// What `gem` sends once a person was asked for it.
  private static let oneTimePassword: ExactString = "otp"
  private static let gems: [ExactString] = ["api", "v1", "gems"]

  private let registry: RegistryName
  private let prefix: ExactString
  private let attestations: Attestations
  private let boundary: BoundarySource

  package init(_ site: RegistrySite, _ options: RegistryOptions) throws(OptionProblem) {
    self.init(site, attestations: options[Attestations.option], boundary: MultipartFormWriter.randomBoundary)
  }

  init(_ site: RegistrySite, attestations: Attestations, boundary: @escaping BoundarySource) {
    registry = site.name
    prefix = site.path
    self.attestations = attestations
    self.boundary = boundary
  }

  package func target(
    ofFile name: ExactString, _ artifact: any RandomAccessBytes, _ budget: WorkBudget
  ) throws(UploadRefusal) -> PublishTarget? {
    try GemArchive.specification(in: artifact, budget).target(in: registry)
  }

  /// Yanking, owners, web hooks and keys are changed by POST, PUT and DELETE of other paths.
  package func route(_ request: RoutedRequest) throws(RouteRefusal) -> Route {
    if let route = try originRoute(request) { return route }
    switch request.head.method {
    case .get, .head: return .read(ReadRoute())
    case .post where request.path.segments == Self.gems: return .publish(upload(request.head))
    case .post: throw .uploadElsewhere(.paths([ExactString("\(prefix)api/v1/gems")]))
    case .put, .patch, .delete, .options: throw .notPublishing
    }
  }

  package func originRoute(_ request: RoutedRequest) throws(RouteRefusal) -> Route? {
    guard request.path.segments == GemKeyExchange.path else { return nil }
    guard request.head.method == .post else { throw .methodNotAllowed }
    return .token(GemKeyExchange())
  }

  private func upload(_ head: RequestHead) -> PublishRoute {
    let types = head.fields.values(named: "content-type")
    let inspector: @Sendable () throws(UploadRefusal) -> any UploadInspector = { [self] () throws(UploadRefusal) in
      guard types.count < 2 else { throw .malformedForm(.mediaType) }
      let multipart = "multipart/".utf8
      guard let type = types.first, ASCII.equalIgnoringCase(type.prefix(multipart.count), multipart) else {
        return GemUpload(registry: registry)
      }
      return try GemFormUpload(contentType: type, registry: registry, attestations: attestations, boundary: boundary)
    }
    return PublishRoute(body: .inspect(by: inspector), fields: .publish.adding(ownRequest: [Self.oneTimePassword]), exchange: GemPush())
  }

  package func probes(_ subject: ExistenceProbe.Subject, _ target: PublishTarget, for request: RoutedRequest) -> [ExistenceProbe] {
    GemExistence.probes(subject, target)
  }

  package func credential(of request: RoutedRequest) throws(CredentialRefusal) -> PresentedCredential {
    try AuthorizationField.bareCredential(in: request.head)
  }

  package var responseToRepeat: (@Sendable (LinkRewrite) -> LocalResponse)? { { _ in .tookBefore(200, "OK") } }

  /// `gem` prints the whole body, whatever its type. Two beginnings of it make the client ask for a password or a code; a sentence of ours begins
  /// otherwise.
  package func response(refusing refusal: ClientRefusal, to route: Route?) -> LocalResponse {
    LocalResponse(
      status: refusal.status, reason: refusal.reason, contentType: "text/plain", body: Array("\(refusal.text)\n".utf8),
      fields: refusal.retryAfter.map { [(name: "retry-after", value: String($0))] } ?? [])
  }
}
