import Digests
package import PublisherPolicy
package import StrictParsers

/// An index that takes uploads as PyPI does (Warehouse's legacy API), which is what every client and every private index speaks.
package struct PyPIProtocol: RegistryProtocol {
  package static let name = "pypi"
  package static let naming: any PackageNaming = PyPINaming()
  package static let publishProbe = PublishProbe.pypi
  package static let listings = PyPIExistence.places
  package static let options: [any OptionKey] = [Attestations.option]

  private let registry: RegistryName
  private let prefix: ExactString
  /// Of PEP 740.
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
    try PyPIRelease(fileName: name, artifact, budget).target(in: registry)
  }

  package func route(_ request: RoutedRequest) throws(RouteRefusal) -> Route {
    switch request.head.method {
    case .get, .head: return .read(ReadRoute(document: PyPIIndex.isBeside(request.path) ? PyPIIndex.rewrite : nil))
    case .post: break
    case .put, .patch, .delete, .options: throw .methodNotAllowed
    }
    guard [[], [""], ["legacy"], ["legacy", ""]].contains(request.path.segments) else {
      throw .uploadElsewhere(.paths([prefix, ExactString("\(prefix)legacy/")]))
    }
    let statesAction = try Self.statesAction(request.path.query)
    let types = request.head.fields.values(named: "content-type")
    let inspector: @Sendable () throws(UploadRefusal) -> any UploadInspector = { [self] () throws(UploadRefusal) in
      guard types.count == 1, let type = types.first else { throw .malformedForm(.mediaType) }
      return try PyPIUploadInspector(
        contentType: type, registry: registry, attestations: attestations, queryStatesAction: statesAction, boundary: boundary)
    }
    // The registry's URL itself, with the slash at its end that indexes want.
    return .publish(PublishRoute(body: .inspect(by: inspector), exchange: SingleRequest(.post, "/")))
  }

  /// Whether the query has the `:action`, which PyPI takes there too. It is not forwarded, nor is anything else of the query.
  private static func statesAction(_ query: ExactString?) throws(RouteRefusal) -> Bool {
    let action: RequestQuery.Parameter?
    do throws(RequestPathRefusal) {
      action = try RequestQuery(query.map { Array($0.utf8)[...] }).single(named: PyPIFormField.action)
    } catch .repeatedParameter {
      throw .actionNotAccepted
    } catch {
      throw .malformedQuery(error)
    }
    guard let action else { return false }
    guard action.value == "file_upload" else { throw .actionNotAccepted }
    return true
  }

  package func probes(_ subject: ExistenceProbe.Subject, _ target: PublishTarget, for request: RoutedRequest) -> [ExistenceProbe] {
    PyPIExistence.probes(subject, target)
  }

  package func credential(of request: RoutedRequest) throws(CredentialRefusal) -> PresentedCredential {
    try AuthorizationField.credential(in: request.head, challenged: false)
  }

  package func response(refusing refusal: ClientRefusal, to route: Route?) -> LocalResponse {
    LocalResponse(refusing: refusal, fields: refusal.status == 405 ? [(name: "allow", value: "GET, HEAD, POST")] : [])
  }
}
