import StrictParsers
import TokenVerification

/// The exchange of an OIDC token for an upload token, as nuget.org has it and `NuGet/login` asks for it: the token stands in the head, and the body
/// names a user and the kind of token.
struct NuGetTokens: TokenEndpoint {
  private static let path: [ExactString] = ["api", "v2", "token"]
  private static let bearer = Array("bearer ".utf8)
  private static let json = "application/json"

  let purpose = TokenPurpose.issue(.oncePerToken)
  let bodyLimit = 16 << 10

  /// `nil` if the path is not that of the exchange.
  static func route(_ request: RoutedRequest) throws(RouteRefusal) -> Route? {
    guard request.path.segments == path else { return nil }
    guard request.head.method == .post else { throw .methodNotAllowed }
    return .token(NuGetTokens())
  }

  /// Whom the body names decides nothing: the policy has no users.
  func request(_ request: RoutedRequest, body: [UInt8]) throws(CredentialRefusal) -> TokenRequest {
    let token = try Self.token(in: request.head)
    let type = (try? request.head.fields.single(named: "content-type")) ?? []
    let mediaType = type.prefix { $0 != UInt8(ascii: ";") }.filter { $0 != UInt8(ascii: " ") }
    guard ASCII.equalIgnoringCase(mediaType, Self.json.utf8) else { throw .exchangeMediaType }
    let object: JSONObject
    do throws(JSONError) { object = try StrictJSON.parseObject(body) } catch { throw .missingExchangeMember("username") }
    guard object["username"]?.string?.isEmpty == false else { throw .missingExchangeMember("username") }
    guard object["tokenType"]?.string == "ApiKey" else { throw .missingExchangeMember("tokenType, which must be ApiKey,") }
    return TokenRequest(token: Array(token))
  }

  private static func token(in head: RequestHead) throws(CredentialRefusal) -> ArraySlice<UInt8> {
    let values = head.fields.values(named: "authorization")
    guard values.count < 2 else { throw .repeated }
    guard let value = values.first else { throw .missing(challenged: true) }
    guard ASCII.equalIgnoringCase(value.prefix(bearer.count), bearer) else {
      throw ASCII.equalIgnoringCase(value, bearer.dropLast()) ? .malformed : .unknownScheme
    }
    let token = value.dropFirst(bearer.count)
    guard !token.isEmpty, ASCII.areVisible(token.span) else { throw .malformed }
    return token
  }

  func issued(_ token: IssuedToken) -> LocalResponse {
    // As .NET's round-trip format writes it.
    let expires = "\(token.expiry.description.dropLast()).0000000+00:00"
    let key = ExactString(String(decoding: token.token.exposedText, as: UTF8.self))
    return LocalResponse(
      status: 200, reason: "OK",
      json: JSONObject([
        .init("tokenType", .string("ApiKey")), .init("expires", .string(ExactString(expires))), .init("apiKey", .string(key)),
      ]),
      fields: [(name: "cache-control", value: "no-store")])
  }

  /// No client ends such a key.
  func revoked() -> LocalResponse { LocalResponse(status: 204, reason: "No Content", contentType: "text/plain", body: []) }

  /// The helper shows `error`, whatever the status is but 200. nuget.org answers 401 to each token that it does not take.
  func refused(_ refusal: ClientRefusal) -> LocalResponse {
    let isOfToken = refusal.status == 403 || refusal.code.hasPrefix("credential.") && refusal.status == 400 && !Self.isOfBody(refusal.code)
    let status = isOfToken ? 401 : refusal.status
    return LocalResponse(
      refusing: ClientRefusal(
        status: status, code: refusal.code, sentence: refusal.sentence, requestID: refusal.requestID, retryAfter: refusal.retryAfter),
      fields: status == 401 ? [(name: "www-authenticate", value: "Bearer")] : [])
  }

  private static func isOfBody(_ code: String) -> Bool { code == CredentialRefusal.Code.malformedExchange.rawValue }
}
