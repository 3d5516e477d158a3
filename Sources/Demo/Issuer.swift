import Digests
package import NIOCore
import StrictParsers

/// An OIDC issuer on loopback that vouches for whatever job it is asked about: GitHub's discovery, keys, token shape and token endpoint.
package struct Issuer: Sendable {
  /// Seconds.
  private static let lifetime: Int64 = 300
  private static let keyID = "demo-key"

  private let key: SigningKey
  private let server: LoopbackServer
  private let now: @Sendable () -> Int64

  /// Exactly the `iss` of its tokens.
  package var url: String { server.url }

  /// Starts it on a free port. `now` is in seconds since 1970.
  package static func start(on group: any EventLoopGroup, now: @escaping @Sendable () -> Int64) async throws -> Issuer {
    let key = try SigningKey()
    let keys = JSONObject([.init("keys", .array([.object(try key.publicJWK(id: keyID))]))])
    let server = try await LoopbackServer.start(on: group) { request, url in
      switch request.path {
      case "/.well-known/openid-configuration":
        .json(JSONObject([.init("issuer", ExactString(url)), .init("jwks_uri", ExactString("\(url)/keys"))]))
      case "/keys": .json(keys)
      case "/token":
        if let token = try? token(for: CIJob(), audience: request.query["audience"] ?? "", of: url, signedBy: key, at: now()) {
          // As GitHub's runners answer, and as text for a shell.
          request.accepts("application/json") ? .json(JSONObject([.init("value", ExactString(token))])) : .text(200, token)
        } else {
          .text(500, "no token could be made")
        }
      default: .text(404, "there are /keys and /token here")
      }
    }
    return Issuer(key: key, server: server, now: now)
  }

  /// A token of its own for the job: no two are the same.
  func token(for job: CIJob = CIJob(), audience: String) throws -> String {
    try Self.token(for: job, audience: audience, of: url, signedBy: key, at: now())
  }

  private static func token(for job: CIJob, audience: String, of url: String, signedBy key: SigningKey, at now: Int64) throws -> String {
    let header = JSONObject([.init("alg", "RS256"), .init("typ", "JWT"), .init("kid", ExactString(keyID))])
    let id = Hex.encode(try SecureRandom.bytes(16))
    let claims = job.claims(issuer: url, audience: audience, id: id, issuedAt: now, lifetime: lifetime)
    let signed = "\(Base64URL.encode(header.encoded())).\(Base64URL.encode(claims.encoded()))"
    return "\(signed).\(Base64URL.encode(try key.sign(Array(signed.utf8))))"
  }
}
