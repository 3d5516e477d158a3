package import PublisherPolicy
package import StrictParsers
package import TokenVerification

/// The exchange of an OIDC token for an upload token as PyPI's clients speak it, below `/_/oidc/`.
package enum PyPIExchange {
  /// The answer to `burn-token`, whatever became of the token.
  package static let burnt = LocalResponse(
    status: 202, reason: "Accepted", json: JSONObject([.init("message", .string("Accepted")), .init("errors", .array([]))]))

  /// The answer to `audience`: what the CI system must put into the token.
  package static func audience(_ audience: ExactString) -> LocalResponse {
    LocalResponse(status: 200, reason: "OK", json: JSONObject([.init("audience", .string(audience))]))
  }

  /// What the body of a `mint-token` or `burn-token` says, whatever its Content-Type is. Members that nobody knows are ignored, as PyPI does.
  package struct Request: Sendable {
    package let token: [UInt8]
    /// The one package that the upload token is to be for: a word of ours, for those who want no more than they need.
    package let package: PublishTarget.Package?

    package init(body: [UInt8]) throws(CredentialRefusal) {
      let object: JSONObject
      do throws(JSONError) { object = try StrictJSON.parseObject(body) } catch { throw .malformedExchange }
      guard let token = object["token"]?.string else { throw .malformedExchange }
      self.token = Array(token.utf8)
      guard let written = object["package"] else {
        package = nil
        return
      }
      guard let name = written.string.flatMap({ PyPIProtocol.naming.canonicalName($0) }) else { throw .malformedExchange }
      package = .init(canonical: name)
    }
  }

  /// The one answer that holds an upload token.
  package static func minted(_ token: UploadToken, expiry: UnixTime) -> LocalResponse {
    let text = ExactString(String(decoding: token.exposedText, as: UTF8.self))
    return LocalResponse(
      status: 200, reason: "OK",
      json: JSONObject([.init("success", .bool(true)), .init("token", .string(text)), .init("expires", .integer(expiry.seconds))]),
      fields: [(name: "cache-control", value: "no-store")])
  }

  /// A refusal in PyPI's words. Clients index `errors` without looking at the status, so that it must always be there.
  package static func refused(_ refusal: ClientRefusal) -> LocalResponse {
    let isOurFailure = refusal.status >= 500
    let error = JSONObject([
      .init("code", .string(isOurFailure ? "unavailable" : code(for: refusal.code))),
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
