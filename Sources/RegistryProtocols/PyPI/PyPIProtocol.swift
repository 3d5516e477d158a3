package import Digests
package import PublisherPolicy
package import StrictParsers

/// An index that takes uploads as PyPI does (Warehouse's legacy API), which is what every client and every private index speaks.
package struct PyPIProtocol: RegistryProtocol {
  /// What becomes of PEP 740's attestations, which most private indexes refuse.
  package enum Attestations: String, CaseIterable, Hashable, Sendable { case drop, pass }

  /// Makes the boundary of a form that goes upstream, unforeseeably and once everything within it is known.
  package typealias BoundarySource = @Sendable () throws(RandomnessUnavailable) -> ExactString

  package static let ecosystem: Ecosystem = .pypi

  private let registry: RegistryName
  private let prefix: ExactString
  private let attestations: Attestations
  private let boundary: BoundarySource

  /// - Parameter prefix: the registry's public prefix, `/` or `/python`, to tell where uploads go.
  package init(
    registry: RegistryName, prefix: ExactString, attestations: Attestations,
    boundary: @escaping BoundarySource = PyPIProtocol.randomBoundary
  ) {
    self.registry = registry
    self.prefix = prefix.utf8.last == UInt8(ascii: "/") ? prefix : ExactString("\(prefix)/")
    self.attestations = attestations
    self.boundary = boundary
  }

  package static func randomBoundary() throws(RandomnessUnavailable) -> ExactString { ExactString(Hex.encode(try SecureRandom.bytes(16))) }

  package static func canonicalName(_ written: ExactString) -> ExactString? { PyPIName(written)?.canonical }

  package static func canonicalPattern(_ written: ExactString) -> ExactString? { PyPIName.canonicalPattern(written) }

  package static func canonicalVersion(_ written: ExactString) -> ExactString? { PEP440Version(written)?.canonical }

  /// PEP 440's, but for what it ignores around a version: a `v`, white space.
  package static func versionKey(_ written: ExactString) -> ExactString? {
    guard let version = PEP440Version(written), version.written == written, written.utf8.first.map(ASCII.isDigit) ?? false else {
      return nil
    }
    return version.key
  }

  package func target(
    ofFile name: ExactString, _ artifact: any RandomAccessBytes, _ budget: WorkBudget
  ) throws(UploadRefusal) -> PublishTarget? {
    try PyPIRelease(fileName: name, artifact, budget).target(in: registry)
  }

  package func route(_ request: RoutedRequest) throws(RouteRefusal) -> Route {
    switch request.head.method {
    case .get, .head: return .read(ReadRoute())
    case .post: break
    case .put, .patch, .delete, .options: throw .methodNotAllowed
    }
    guard [[], [""], ["legacy"], ["legacy", ""]].contains(request.path.segments) else { throw .uploadElsewhere(.prefix(prefix)) }
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
