import StrictParsers
import TokenVerification

/// crates.io's exchange of an OIDC token for an upload token, and the end of one: `{"jwt"}` is answered by `{"token"}`, as `crates-io-auth-action` parses it.
struct CargoTokens: TokenEndpoint {
  static let path: [ExactString] = ["api", "v1", "trusted_publishing", "tokens"]

  let purpose: TokenPurpose

  /// `nil` if the path is not that of the exchange.
  static func route(_ request: RoutedRequest) throws(RouteRefusal) -> Route? {
    guard request.path.segments == path else { return nil }
    switch request.head.method {
    case .post: return .token(CargoTokens(purpose: .issue(.oncePerToken)))
    case .delete: return .token(CargoTokens(purpose: .revoke))
    case .get, .head, .put, .patch, .options: throw .methodNotAllowed
    }
  }

  /// An OIDC token and the JSON around it; an upload token to end stands in the head.
  var bodyLimit: Int { purpose == .revoke ? 0 : 64 << 10 }

  func request(_ request: RoutedRequest, body: [UInt8]) throws(CredentialRefusal) -> TokenRequest {
    guard purpose != .revoke else {
      guard !request.head.fields.values(named: "authorization").isEmpty else { throw .missing(challenged: true) }
      return TokenRequest(token: Array(try CargoCredential.token(in: request.head)))
    }
    let object: JSONObject
    do throws(JSONError) { object = try StrictJSON.parseObject(body) } catch {
      throw .missingExchangeMember("jwt")
    }
    guard let token = object["jwt"]?.string else { throw .missingExchangeMember("jwt") }
    return TokenRequest(token: Array(token.utf8))
  }

  func issued(_ token: IssuedToken) -> LocalResponse {
    let text = ExactString(String(decoding: token.token.exposedText, as: UTF8.self))
    return LocalResponse(
      status: 200, reason: "OK", json: JSONObject([.init("token", .string(text))]), fields: [(name: "cache-control", value: "no-store")])
  }

  func revoked() -> LocalResponse { LocalResponse(status: 204, reason: "No Content", contentType: "application/json", body: []) }

  /// crates.io answers 400 to each exchange that it refuses, and 401 to who ends no token.
  func refused(_ refusal: ClientRefusal) -> LocalResponse {
    let isKept = refusal.status >= 500 || (purpose == .revoke && refusal.status == 401)
    return LocalResponse(
      refusing: ClientRefusal(
        status: isKept ? refusal.status : 400, code: refusal.code, sentence: refusal.sentence, requestID: refusal.requestID,
        retryAfter: refusal.retryAfter))
  }
}
