package import PublisherPolicy
package import StrictParsers

/// How the clients and registries of one ecosystem speak.
package protocol RegistryProtocol: Sendable {
  /// As the configuration, records and metrics write it.
  static var name: String { get }

  static var naming: any PackageNaming { get }

  /// The paths beyond the plain ones that its clients send. By default none.
  static var pathRules: PathRules { get }

  /// How a registry is asked whether it takes the service credential.
  static var publishProbe: PublishProbe { get }

  /// The same of this registry, where the place of uploads is configured. By default as all are asked.
  var publishProbe: PublishProbe { get }

  /// The document in which this registry says where it takes uploads, which `check --online` reads; `nil` if the configuration says it. By default `nil`.
  var directory: PublishDirectory? { get }

  /// How `check --online` learns whether this registry can be asked for packages; `nil` if each can. By default `nil`.
  var absence: AbsenceProbe? { get }

  /// The path below which all of a registry lies, from that of `upstream.url`. Both are without a slash at their end. By default the same.
  static func basePath(of path: ExactString) -> ExactString

  /// Where a registry lists what it has, below its own path: to tell whether everybody may read. By default nowhere.
  static var listings: [String] { get }

  /// Whether its clients show nothing of a refusal but HTTP/1.1's reason phrase, so that they must not speak HTTP/2, which has none, although they could.
  /// By default they don't.
  static var showsReasonPhrase: Bool { get }

  /// The keys of a registry's configuration that only this ecosystem's registries have. By default none.
  static var options: [any OptionKey] { get }

  /// - Parameter options: Made of the ecosystem's own keys.
  init(_ site: RegistrySite, _ options: RegistryOptions) throws(OptionProblem)

  /// Whether each upload says its version, so that a tag can be compared with it. By default it does.
  var namesVersion: Bool { get }

  /// What an upload of a file would publish, from its name and its content alone; `nil` if the ecosystem's files do not say.
  ///
  /// Slow: it may read the whole file.
  /// - Parameter budget: asked at short intervals; the file is refused once it is spent.
  func target(ofFile name: ExactString, _ artifact: any RandomAccessBytes, _ budget: WorkBudget) throws(UploadRefusal) -> PublishTarget?

  /// What a request below the registry's public prefix wants: one closed table of method and path.
  func route(_ request: RoutedRequest) throws(RouteRefusal) -> Route

  /// What a request wants that stands at the root of the registry's host, whatever the registry's prefix is; `nil` if its path is not one of the
  /// ecosystem's. By default none is. Every ecosystem's registries have the exchange below `/_/oidc/` beside it.
  func originRoute(_ request: RoutedRequest) throws(RouteRefusal) -> Route?

  /// The field of a request that holds the client's credential, in lower case. A credential of the registry's own passes in it. By default
  /// `authorization`.
  func credentialField(of request: RoutedRequest) -> ExactString

  /// The one credential of the request.
  func credential(of request: RoutedRequest) throws(CredentialRefusal) -> PresentedCredential

  /// The registry's own service whose tokens its requests bear; `nil` if they bear the service credential itself. By default `nil`.
  var tokenService: TokenService? { get }

  /// The scopes of the token for a request to the registry about this subject, as its token service writes them. By default none.
  ///
  /// - Parameter request: The client's, which brings about the one to the registry.
  func tokenScopes(of subject: ReadSubject, for request: RoutedRequest) -> [ExactString]

  /// How the registry is asked whether it has the upload's package, or its file: it has, if one of the answers says so.
  func probes(_ subject: ExistenceProbe.Subject, _ target: PublishTarget, for request: RoutedRequest) -> [ExistenceProbe]

  /// How this ecosystem's clients must hear a refusal, so that they show its reason.
  ///
  /// - Parameter route: `nil` if the request was refused before it had one.
  func response(refusing refusal: ClientRefusal, to route: Route?) -> LocalResponse

  /// How a client hears that the registry took its upload, where it sends the same once more since that answer was lost on its way, and the registry keeps
  /// what it has; `nil` where the registry's own answer stands. By default `nil`.
  var responseToRepeat: (@Sendable (LinkRewrite) -> LocalResponse)? { get }
}

extension RegistryProtocol {
  package static var pathRules: PathRules { [] }
  package var publishProbe: PublishProbe { Self.publishProbe }
  package var directory: PublishDirectory? { nil }
  package var absence: AbsenceProbe? { nil }
  package static func basePath(of path: ExactString) -> ExactString { path }
  package static var listings: [String] { [] }
  package static var showsReasonPhrase: Bool { false }
  package static var options: [any OptionKey] { [] }
  package var namesVersion: Bool { true }
  package var tokenService: TokenService? { nil }
  package func tokenScopes(of subject: ReadSubject, for request: RoutedRequest) -> [ExactString] { [] }

  package var responseToRepeat: (@Sendable (LinkRewrite) -> LocalResponse)? { nil }

  package func originRoute(_ request: RoutedRequest) throws(RouteRefusal) -> Route? { nil }
  package func credentialField(of request: RoutedRequest) -> ExactString { "authorization" }

  /// What a request wants that stands at the root of the registry's host: of the exchange that every ecosystem has, or of the ecosystem's own routes.
  package func anyOriginRoute(_ request: RoutedRequest) throws(RouteRefusal) -> Route? {
    if let exchange = try UploadTokenExchange.route(request) { return exchange }
    return try originRoute(request)
  }
}
