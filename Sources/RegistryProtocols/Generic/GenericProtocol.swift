package import PublisherPolicy
package import StrictParsers

/// A registry that takes files at paths: one template says which package, version and file a path means.
package struct GenericProtocol: RegistryProtocol {
  /// The methods that upload. No other may be configured to: a DELETE must never be taken for an upload.
  enum UploadMethod: String, CaseIterable, Hashable, Sendable {
    case put = "PUT"
    case post = "POST"
  }

  package static let name = "generic"
  package static let naming: any PackageNaming = GenericNaming()
  package static let publishProbe = PublishProbe.generic
  package static let listings = ["/"]
  package static let options: [any OptionKey] = [templateOption, methodsOption]
  /// Where name, version and file stand in a path: `/{name}/{version}/{file}`.
  /// Required of `generic`.
  private static let templateOption = TextOption("template")
  /// `generic`: the methods that upload.
  /// Default: `[PUT, POST]`.
  private static let methodsOption = ChoicesOption<UploadMethod>("methods", usual: [.put, .post])

  private let registry: RegistryName
  private let template: GenericTemplate
  private let methods: Set<UploadMethod>

  package init(_ site: RegistrySite, _ options: RegistryOptions) throws(OptionProblem) {
    registry = site.name
    methods = options[Self.methodsOption]
    guard let text = options[Self.templateOption] else { throw .missing(Self.templateOption) }
    do throws(GenericTemplate.Malformation) { template = try GenericTemplate(parsing: text) } catch {
      throw .wrong(Self.templateOption, error.explanation)
    }
    guard !methods.isEmpty else { throw .wrong(Self.methodsOption, "names no method") }
  }

  package var namesVersion: Bool { template.namesVersion }

  /// Only a path tells.
  package func target(
    ofFile name: ExactString, _ artifact: any RandomAccessBytes, _ budget: WorkBudget
  ) throws(UploadRefusal) -> PublishTarget? { nil }

  package func route(_ request: RoutedRequest) throws(RouteRefusal) -> Route {
    switch request.head.method {
    case .get, .head: return .read(ReadRoute())
    case .put: return try upload(.put, to: request.path)
    case .post: return try upload(.post, to: request.path)
    case .patch, .delete, .options: throw .methodNotAllowed
    }
  }

  private func upload(_ method: UploadMethod, to path: RoutedPath) throws(RouteRefusal) -> Route {
    guard methods.contains(method) else { throw .methodNotAllowed }
    guard let match = template.match(path.segments), let name = Self.naming.canonicalName(match.name) else {
      throw .uploadElsewhere(.template(template.text))
    }
    let target = PublishTarget(
      registry: registry, package: .init(canonical: name), version: match.version.map { .init(written: $0, canonical: $0) },
      file: match.file)
    return .publish(PublishRoute(body: .stream(target), exchange: SingleRequest(method == .put ? .put : .post, path.raw)))
  }

  /// A file by its own path; a package by the folder that is named after it, which servers of files show by a redirect to the name with a slash.
  package func probes(_ subject: ExistenceProbe.Subject, _ target: PublishTarget, for request: RoutedRequest) -> [ExistenceProbe] {
    switch subject {
    case .file: return [ExistenceProbe(.head, request.path.raw) { Existence(ofStatus: $0.status) }]
    case .package:
      let folder = request.path.prefix(segments: template.segmentsToName)
      return [
        ExistenceProbe(.head, folder) { answer in
          let leadsInside = answer.location.map { $0.utf8.suffix(folder.utf8.count + 1).elementsEqual("\(folder)/".utf8) } ?? false
          return (300..<400).contains(answer.status) && leadsInside ? .exists : Existence(ofStatus: answer.status)
        }
      ]
    }
  }

  package func credential(of request: RoutedRequest) throws(CredentialRefusal) -> PresentedCredential {
    try AuthorizationField.credential(in: request.head, challenged: true)
  }

  package func response(refusing refusal: ClientRefusal, to route: Route?) -> LocalResponse {
    switch refusal.status {
    case 401: LocalResponse(refusing: refusal, fields: [(name: "www-authenticate", value: "Basic realm=\"registry\", charset=\"UTF-8\"")])
    case 405: LocalResponse(refusing: refusal, fields: [(name: "allow", value: allowed)])
    default: LocalResponse(refusing: refusal)
    }
  }

  private var allowed: String { (["GET", "HEAD"] + methods.map(\.rawValue).sorted()).joined(separator: ", ") }
}
