import StrictParsers
import TokenVerification

/// npm's exchange of an OIDC token for an upload token of one package: the token stands in the head, and the answer is `{"token"}` with status 201.
struct NPMTokens: TokenEndpoint {
  private static let path: [ExactString] = ["-", "npm", "v1", "oidc", "token", "exchange", "package"]

  let purpose = TokenPurpose.issue(.oncePerPackage)
  let bodyLimit = 0
  private let package: NPMName

  /// `nil` if the path is not that of the exchange.
  static func route(_ request: RoutedRequest) throws(RouteRefusal) -> Route? {
    guard request.path.segments.starts(with: path) else { return nil }
    guard request.head.method == .post else { throw .methodNotAllowed }
    guard let package = NPMProtocol.name(request.path.segments.dropFirst(path.count)) else { throw .notFound }
    return .token(NPMTokens(package: package))
  }

  func request(_ request: RoutedRequest, body: [UInt8]) throws(CredentialRefusal) -> TokenRequest {
    let values = request.head.fields.values(named: "authorization")
    guard values.count < 2 else { throw .repeated }
    guard let value = values.first else { throw .missing(challenged: false) }
    let bearer = Array("bearer ".utf8)
    guard ASCII.equalIgnoringCase(value.prefix(bearer.count), bearer) else { throw .unknownScheme }
    return TokenRequest(token: Array(value.dropFirst(bearer.count)), package: package.written)
  }

  func issued(_ token: IssuedToken) -> LocalResponse {
    let text = ExactString(String(decoding: token.token.exposedText, as: UTF8.self))
    return LocalResponse(
      status: 201, reason: "Created", json: JSONObject([.init("token", .string(text))]),
      fields: [(name: "cache-control", value: "no-store")])
  }

  func revoked() -> LocalResponse { LocalResponse(status: 204, reason: "No Content", contentType: "application/json", body: []) }

  func refused(_ refusal: ClientRefusal) -> LocalResponse { NPMProtocol.response(refusing: refusal) }
}
