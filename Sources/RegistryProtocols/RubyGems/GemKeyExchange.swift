import StrictParsers
import TokenVerification

/// The exchange of an OIDC token for an upload token, as RubyGems.org has it and its official helper asks for it.
struct GemKeyExchange: TokenEndpoint {
  static let path: [ExactString] = ["api", "v1", "oidc", "trusted_publisher", "exchange_token"]

  let purpose = TokenPurpose.issue(.oncePerToken)
  /// An OIDC token and the JSON around it.
  let bodyLimit = 64 << 10

  func request(_ request: RoutedRequest, body: [UInt8]) throws(CredentialRefusal) -> TokenRequest {
    let object: JSONObject
    do throws(JSONError) { object = try StrictJSON.parseObject(body) } catch { throw .malformedExchange }
    guard let token = object["jwt"]?.string else { throw .malformedExchange }
    return TokenRequest(token: Array(token.utf8))
  }

  /// The helper wants every one of these members.
  func issued(_ token: IssuedToken) -> LocalResponse {
    let key = ExactString(String(decoding: token.token.exposedText, as: UTF8.self))
    return LocalResponse(
      status: 201, reason: "Created",
      json: JSONObject([
        .init("rubygems_api_key", .string(key)), .init("name", .string("Imprimatur upload token")),
        .init("scopes", .array([.string("push_rubygem")])), .init("expires_at", .string(ExactString("\(token.expiry)"))),
      ]),
      fields: [(name: "cache-control", value: "no-store")])
  }

  /// No client ends such a key.
  func revoked() -> LocalResponse { LocalResponse(status: 204, reason: "No Content", contentType: "text/plain", body: []) }

  /// The helper has words of its own for a 404, and shows `message` of every other refusal.
  func refused(_ refusal: ClientRefusal) -> LocalResponse {
    let isMalformed = refusal.code == CredentialRefusal.Code.malformedExchange.rawValue
    let text = isMalformed ? "the body must be a JSON object whose member jwt is an OIDC token" + refusal.reference : refusal.text
    let status =
      switch refusal.status {
      case 400, 403, 413, 429, 500...: refusal.status
      default: 403
      }
    return LocalResponse(
      status: status, reason: refusal.reason,
      json: JSONObject([
        .init("message", .string(ExactString(text))), .init("error", .string(ExactString(text))),
        .init("reason", .string(ExactString(refusal.code))), .init("request_id", .string(ExactString(refusal.requestID))),
      ]),
      fields: refusal.retryAfter.map { [(name: "retry-after", value: String($0))] } ?? [])
  }
}
