package import PublisherPolicy
package import StrictParsers
package import TokenVerification

/// How the clients and registries of one ecosystem speak.
package protocol RegistryProtocol: Sendable {
  static var ecosystem: Ecosystem { get }

  /// The one spelling of a package's name that all equivalent spellings share; `nil` if it is no name.
  static func canonicalName(_ written: ExactString) -> ExactString?

  /// The same for a pattern of names, in which `*` stands for any characters; `nil` if it holds a character that no name can hold.
  static func canonicalPattern(_ written: ExactString) -> ExactString?

  /// The one spelling of a version that all equivalent spellings share; `nil` if it is not a version.
  static func canonicalVersion(_ written: ExactString) -> ExactString?

  /// What all spellings of one version share, also those that `canonicalVersion` keeps apart (`1.0` and `1.0.0` of PEP 440); `nil` if it is no
  /// version, or where the ecosystem has one spelling of each.
  static func versionKey(_ written: ExactString) -> ExactString?

  /// What an upload of a file would publish, from its name and its content alone; `nil` if the ecosystem's files do not say.
  ///
  /// Slow: it may read the whole file.
  /// - Parameter budget: asked at short intervals; the file is refused once it is spent.
  func target(ofFile name: ExactString, _ artifact: any RandomAccessBytes, _ budget: WorkBudget) throws(UploadRefusal) -> PublishTarget?

  /// What a request below the registry's public prefix wants: one closed table of method and path.
  func route(_ request: RoutedRequest) throws(RouteRefusal) -> Route

  /// What a request wants that stands at the root of the registry's host, whatever the registry's prefix is; `nil` if its path is not one of the
  /// ecosystem's.
  func originRoute(_ request: RoutedRequest) throws(RouteRefusal) -> Route?

  /// The one credential of the request.
  func credential(of request: RoutedRequest) throws(CredentialRefusal) -> PresentedCredential

  /// How the registry is asked whether it has the upload's package, or its file: it has, if one of the answers says so.
  func probes(_ subject: ExistenceProbe.Subject, _ target: PublishTarget, for request: RoutedRequest) -> [ExistenceProbe]

  /// How this ecosystem's clients must hear a refusal, so that they show its reason.
  ///
  /// - Parameter route: `nil` if the request was refused before it had one.
  func response(refusing refusal: ClientRefusal, to route: Route?) -> LocalResponse
}

extension RegistryProtocol {
  /// The exchange that every ecosystem has.
  package func originRoute(_ request: RoutedRequest) throws(RouteRefusal) -> Route? { try UploadTokenExchange.route(request) }
}

package enum PresentedCredential: Sendable {
  /// Three dotted parts: an OIDC token, still to be verified.
  case oidc([UInt8])
  /// One of our upload tokens, by its form and checksum.
  case uploadToken(UploadToken)
}
