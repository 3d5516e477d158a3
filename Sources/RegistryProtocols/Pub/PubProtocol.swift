package import PublisherPolicy
package import StrictParsers

/// A repository of Dart packages (hosted pub repository specification, version 2). The OIDC token itself is the client's credential, in all requests.
package struct PubProtocol: RegistryProtocol {
  package static let name = "pub"
  package static let naming: any PackageNaming = PubNaming()
  package static let publishProbe = PublishProbe.pub

  /// Below the registry's path: where clients ask where to upload, where they are told to, and where they ask whether it is done.
  static let new: ExactString = "/api/packages/versions/new"
  static let upload: ExactString = "/api/packages/versions/newUpload"
  static let finished: ExactString = "/api/packages/versions/newUploadFinish"
  private static let mediaType = "application/vnd.pub.v2+json"

  private let registry: RegistryName
  private let prefix: ExactString
  private let boundary: BoundarySource

  package init(_ site: RegistrySite, _ options: RegistryOptions) throws(OptionProblem) {
    self.init(site, boundary: MultipartFormWriter.randomBoundary)
  }

  init(_ site: RegistrySite, boundary: @escaping BoundarySource) {
    registry = site.name
    prefix = site.path
    self.boundary = boundary
  }

  package func target(
    ofFile name: ExactString, _ artifact: any RandomAccessBytes, _ budget: WorkBudget
  ) throws(UploadRefusal) -> PublishTarget? {
    try PubArchive.target(of: artifact, in: registry, budget)
  }

  package func route(_ request: RoutedRequest) throws(RouteRefusal) -> Route {
    switch (request.head.method, request.path.raw) {
    case (.get, Self.new):
      return .local(
        LocalRoute(.authenticated) { context in
          let url = JSONValue.string(ExactString("\(context.publicURL)\(Self.upload)"))
          return Self.answer(JSONObject([.init("url", url), .init("fields", .object(JSONObject([])))]))
        })
    case (.get, Self.finished):
      // It says nothing of what was uploaded: who was sent here has published, whatever has become of the token in the meantime.
      return .local(
        LocalRoute(.anyone) { _ in
          Self.answer(
            JSONObject([.init("success", .object(JSONObject([.init("message", .string("The registry has taken the package."))])))]))
        })
    case (.post, Self.upload): return .publish(delivery(request.head))
    case (.get, _), (.head, _): return .read(ReadRoute())
    case (.post, _): throw .uploadElsewhere(.paths([ExactString(prefix.text.dropLast() + Self.upload.text)]))
    case (.put, _), (.patch, _), (.delete, _), (.options, _): throw .notPublishing
    }
  }

  private func delivery(_ head: RequestHead) -> PublishRoute {
    let types = head.fields.values(named: "content-type")
    let inspector: @Sendable () throws(UploadRefusal) -> any UploadInspector = { [registry] () throws(UploadRefusal) in
      guard types.count == 1, let type = types.first else { throw .malformedForm(.mediaType) }
      return try PubUpload(contentType: type, registry: registry)
    }
    return PublishRoute(body: .inspect(by: inspector), exchange: PubDelivery(boundary: boundary))
  }

  package func probes(_ subject: ExistenceProbe.Subject, _ target: PublishTarget, for request: RoutedRequest) -> [ExistenceProbe] {
    PubExistence.probes(subject, target)
  }

  package func credential(of request: RoutedRequest) throws(CredentialRefusal) -> PresentedCredential {
    try AuthorizationField.credential(in: request.head, challenged: false)
  }

  /// The client forgets its token after a 401, tries again after a 5xx, and shows the words of a challenge after a 403, at whatever step.
  package func response(refusing refusal: ClientRefusal, to route: Route?) -> LocalResponse {
    let status =
      switch refusal.status {
      case 404, 405, 421, 429, 500...: refusal.status
      default: 403
      }
    let words = refusal.reason.replacing("\"", with: "'").replacing("\\", with: "/")
    let error = JSONObject([.init("code", .string(ExactString(refusal.code))), .init("message", .string(ExactString(refusal.text)))])
    let retryAfter = refusal.retryAfter.map { [(name: "retry-after", value: String($0))] } ?? []
    return LocalResponse(
      status: status, reason: refusal.reason, contentType: Self.mediaType, body: JSONObject([.init("error", .object(error))]).encoded(),
      fields: retryAfter + (status == 403 ? [(name: "www-authenticate", value: "Bearer realm=\"pub\", message=\"\(words)\"")] : []))
  }

  package var responseToRepeat: (@Sendable (LinkRewrite) -> LocalResponse)? { { Self.uploaded($0) } }

  /// Sends the client on to the last of its steps.
  static func uploaded(_ links: LinkRewrite) -> LocalResponse {
    LocalResponse(
      status: 204, reason: "No Content", contentType: "text/plain", body: [],
      fields: [(name: "location", value: links.publicURL(of: finished))])
  }

  private static func answer(_ object: JSONObject) -> LocalResponse {
    LocalResponse(status: 200, reason: "OK", contentType: mediaType, body: object.encoded())
  }
}
