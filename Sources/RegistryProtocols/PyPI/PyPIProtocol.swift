import Digests
package import PublisherPolicy
package import StrictParsers

/// An index that takes uploads as PyPI does (Warehouse's legacy API), which is what every client and every private index speaks.
package struct PyPIProtocol: RegistryProtocol {
  /// What becomes of PEP 740's attestations, which most private indexes refuse.
  enum Attestations: String, CaseIterable, Hashable, Sendable { case drop, pass }

  /// Makes the boundary of a form that goes upstream, unforeseeably and once everything within it is known.
  typealias BoundarySource = @Sendable () throws(RandomnessUnavailable) -> ExactString

  package static let name = "pypi"
  package static let naming: any PackageNaming = PyPINaming()
  package static let publishProbe = PublishProbe.pypi
  package static let listings = PyPIExistence.places
  package static let options: [any OptionKey] = [attestationsOption]
  private static let attestationsOption = ChoiceOption("attestations", usual: Attestations.drop)

  private let registry: RegistryName
  private let prefix: ExactString
  private let attestations: Attestations
  private let boundary: BoundarySource

  package init(_ site: RegistrySite, _ options: RegistryOptions) throws(OptionProblem) {
    self.init(site, attestations: options[Self.attestationsOption], boundary: Self.randomBoundary)
  }

  init(_ site: RegistrySite, attestations: Attestations, boundary: @escaping BoundarySource) {
    registry = site.name
    prefix = site.path
    self.attestations = attestations
    self.boundary = boundary
  }

  static func randomBoundary() throws(RandomnessUnavailable) -> ExactString { ExactString(Hex.encode(try SecureRandom.bytes(16))) }

  package func target(
    ofFile name: ExactString, _ artifact: any RandomAccessBytes, _ budget: WorkBudget
  ) throws(UploadRefusal) -> PublishTarget? {
    try PyPIRelease(fileName: name, artifact, budget).target(in: registry)
  }

  package func route(_ head: RequestHead, path: RoutedPath) throws(RouteRefusal) -> Operation {
    switch head.method {
    case .get, .head: return .read
    case .post: break
    case .put, .patch, .delete, .options: throw .methodNotAllowed
    }
    guard [[], [""], ["legacy"], ["legacy", ""]].contains(path.segments) else { throw .uploadElsewhere(.prefix(prefix)) }
    _ = try Self.statesAction(path.query)
    return .publish(.namedInBody)
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

  /// The registry's URL itself, with the slash at its end that indexes want.
  package func publishPath(for path: RoutedPath) -> ExactString { "/" }

  package func questions(_ subject: ExistenceProbe.Subject, _ target: PublishTarget, path: RoutedPath) -> [ExistenceProbe] {
    PyPIExistence.questions(subject, target)
  }

  package func credential(in head: RequestHead) throws(CredentialRefusal) -> PresentedCredential {
    try AuthorizationField.credential(in: head, challenged: false)
  }

  package func inspector(for head: RequestHead, path: RoutedPath) throws(UploadRefusal) -> any BodyInspector {
    let types = head.fields.values(named: "content-type")
    guard types.count == 1, let type = types.first else { throw .malformedForm(.mediaType) }
    let statesAction: Bool
    do throws(RouteRefusal) { statesAction = try Self.statesAction(path.query) } catch { throw .actionNotAccepted }
    return try PyPIUploadInspector(
      contentType: type, registry: registry, attestations: attestations, queryStatesAction: statesAction, boundary: boundary)
  }

  package func answer(refusing refusal: ClientRefusal) -> LocalResponse {
    LocalResponse(refusing: refusal, fields: refusal.status == 405 ? [(name: "allow", value: "GET, HEAD, POST")] : [])
  }
}
