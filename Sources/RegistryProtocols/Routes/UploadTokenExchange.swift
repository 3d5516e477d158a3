import PublisherPolicy
import StrictParsers
import TokenVerification

/// The exchange of an OIDC token for an upload token at the root of a host, below `/_/oidc/`, in the words of PyPI's clients. Every ecosystem has it.
struct UploadTokenExchange: TokenEndpoint {
  let purpose: TokenPurpose
  /// An OIDC token and the JSON around it.
  let bodyLimit = 64 << 10

  init(_ purpose: TokenPurpose) { self.purpose = purpose }

  /// `nil` if the path is not one of the exchange's.
  static func route(_ request: RoutedRequest) throws(RouteRefusal) -> Route? {
    let (route, expected): (Route, HTTPMethod)
    switch request.path.raw {
    case "/_/oidc/audience": (route, expected) = (.local(LocalRoute(.anyone) { audience($0.audience) }), .get)
    // The second is the first's name of old, which some clients still use.
    case "/_/oidc/mint-token", "/_/oidc/github/mint-token": (route, expected) = (.token(Self(.issue(.oncePerToken))), .post)
    case "/_/oidc/burn-token": (route, expected) = (.token(Self(.revoke)), .post)
    default: return nil
    }
    guard request.head.method == expected else { throw .methodNotAllowed }
    return route
  }

  /// What the CI system must put into the token.
  static func audience(_ audience: ExactString) -> LocalResponse {
    LocalResponse(status: 200, reason: "OK", json: JSONObject([.init("audience", .string(audience))]))
  }

  /// What the body says, whatever its Content-Type is. Members that nobody knows are ignored, as PyPI does.
  func request(_ request: RoutedRequest, body: [UInt8]) throws(CredentialRefusal) -> TokenRequest {
    let object: JSONObject
    do throws(JSONError) { object = try StrictJSON.parseObject(body) } catch { throw .malformedExchange }
    guard let token = object["token"]?.string else { throw .malformedExchange }
    guard let written = object["package"] else { return TokenRequest(token: Array(token.utf8)) }
    guard let name = written.string else { throw .malformedExchange }
    return TokenRequest(token: Array(token.utf8), package: name)
  }

  func revoked() -> LocalResponse {
    LocalResponse(
      status: 202, reason: "Accepted", json: JSONObject([.init("message", .string("Accepted")), .init("errors", .array([]))]))
  }

  func issued(_ token: IssuedToken) -> LocalResponse {
    let text = ExactString(String(decoding: token.token.exposedText, as: UTF8.self))
    return LocalResponse(
      status: 200, reason: "OK",
      json: JSONObject([.init("success", .bool(true)), .init("token", .string(text)), .init("expires", .integer(token.expiry.seconds))]),
      fields: [(name: "cache-control", value: "no-store")])
  }

  /// A refusal in PyPI's words. Clients index `errors` without looking at the status, so that it must always be there.
  func refused(_ refusal: ClientRefusal) -> LocalResponse {
    let isOurFailure = refusal.status >= 500
    let error = JSONObject([
      .init("code", .string(isOurFailure ? "unavailable" : Self.code(for: refusal.code))),
      .init("description", .string(ExactString(refusal.text))),
    ])
    return LocalResponse(
      status: isOurFailure ? 503 : 422, reason: refusal.reason,
      json: JSONObject([.init("message", .string("Token request failed")), .init("errors", .array([.object(error)]))]),
      fields: refusal.retryAfter.map { [(name: "retry-after", value: String($0))] } ?? [])
  }

  /// PyPI's code for one of ours: by the stage, but where PyPI makes a finer distinction.
  private static func code(for code: String) -> ExactString {
    let stage = code.prefix { $0 != "." }
    switch (stage, code) {
    case (_, TokenRefusal.Code.malformed.rawValue), (_, TokenRefusal.Code.tooLarge.rawValue), (_, TokenRefusal.Code.unknownIssuer.rawValue):
      return "invalid-payload"
    case (_, "state.replayed"): return "invalid-reuse-token"
    case (_, "state.frozen"): return "not-enabled"
    case ("token", _), ("state", _): return "invalid-token"
    case ("publisher", _), ("scope", _): return "invalid-publisher"
    case ("route", _): return "not-enabled"
    default: return "invalid-payload"
    }
  }
}
