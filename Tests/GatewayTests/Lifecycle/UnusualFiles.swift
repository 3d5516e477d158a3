import PublisherPolicy
import RegistryProtocols
import StrictParsers

/// The paths beyond the plain ones that the clients of a made-up ecosystem send.
protocol UnusualPaths: Sendable {
  static var name: String { get }
  static var rules: PathRules { get }
}

enum EncodedScope: UnusualPaths {
  static let name = "scoped"
  static let rules = PathRules.encodedScopeSlash
}

enum DoubleSlash: UnusualPaths {
  static let name = "slashed"
  static let rules = PathRules.leadingDoubleSlash
}

/// Files at paths, as those of `generic`, of which some are not plain.
struct UnusualFiles<Paths: UnusualPaths>: RegistryProtocol {
  static var name: String { Paths.name }
  static var pathRules: PathRules { Paths.rules }
  static var naming: any PackageNaming { GenericProtocol.naming }
  static var publishProbe: PublishProbe { GenericProtocol.publishProbe }
  static var options: [any OptionKey] { GenericProtocol.options }

  private let files: GenericProtocol

  init(_ site: RegistrySite, _ options: RegistryOptions) throws(OptionProblem) { files = try GenericProtocol(site, options) }

  func target(
    ofFile name: ExactString, _ artifact: any RandomAccessBytes, _ budget: WorkBudget
  ) throws(UploadRefusal) -> PublishTarget? { try files.target(ofFile: name, artifact, budget) }

  func route(_ request: RoutedRequest) throws(RouteRefusal) -> Route { try files.route(request) }

  func credential(of request: RoutedRequest) throws(CredentialRefusal) -> PresentedCredential { try files.credential(of: request) }

  func probes(_ subject: ExistenceProbe.Subject, _ target: PublishTarget, for request: RoutedRequest) -> [ExistenceProbe] {
    files.probes(subject, target, for: request)
  }

  func response(refusing refusal: ClientRefusal, to route: Route?) -> LocalResponse { files.response(refusing: refusal, to: route) }
}
