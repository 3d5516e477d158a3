import Digests
import NIOCore
import RegistryClient
import RegistryProtocols
import StateStore
import StrictParsers
import Synchronization
import TestSupport
import Testing
import TokenVerification

@testable import Demo
@testable import Gateway
@testable import PublisherPolicy

/// What publishes of tests are made of: tokens of an issuer, configurations that trust it, and the bytes of an upload.
enum PublishSample {
  static let now: Int64 = 1_800_000_000
  static let registry = RegistryName("python")
  static let publisher = PublisherID("widgets")
  static let bytes = Array("the bytes of a wheel".utf8)
  static let target = target(of: "acme-widgets")
  static let digest = SHA256.digest(of: bytes)
  static let intent = IntentID(4711)

  private static let keyID = "key-1"
  private static let key = Result { try SigningKey() }
  private static let defaultToken = Result { try token(ofRepository: "7") }

  static func time(_ seconds: Int64 = now) throws -> UnixTime { try #require(UnixTime(seconds)) }

  static func target(of package: ExactString) -> PublishTarget {
    PublishTarget(registry: registry, package: .init(canonical: package), version: .init(written: "1.0", canonical: "1.0"), file: "w.whl")
  }

  // MARK: - Credentials

  /// The issuer's keys as it publishes them.
  static func jwks() throws -> [UInt8] {
    JSONObject([.init("keys", .array([.object(try key.get().publicJWK(id: keyID))]))]).encoded()
  }

  static func keys() throws -> KeySet { try KeySet(jwks: jwks()) }

  static func otherKeys() throws -> KeySet {
    let jwk = try SigningKey().publicJWK(id: keyID)
    return try KeySet(jwks: JSONObject([.init("keys", .array([.object(jwk)]))]).encoded())
  }

  /// A token of GitHub Actions that the sample configuration's publisher means, valid for five minutes.
  static func token() throws -> String { try defaultToken.get() }

  static func token(ofRepository id: String) throws -> String {
    let reference = "refs/tags/v1.0"
    let workflow = "acme/widgets/.github/workflows/release.yml@\(reference)"
    let texts: [(ExactString, String)] = [
      ("iss", "https://token.actions.githubusercontent.com"), ("sub", "repo:acme/widgets:environment:release"), ("aud", "example_pypi"),
      ("jti", "one"), ("repository", "acme/widgets"), ("repository_owner", "acme"), ("repository_owner_id", "42"), ("repository_id", id),
      ("workflow_ref", workflow), ("job_workflow_ref", workflow), ("event_name", "push"), ("ref", reference), ("ref_type", "tag"),
      ("sha", String(repeating: "a", count: 40)), ("environment", "release"), ("run_id", "99"),
    ]
    let times: [(ExactString, Int64)] = [("iat", now), ("nbf", now), ("exp", now + 300)]
    let claims = JSONObject(
      texts.map { .init($0.0, .string(ExactString($0.1))) } + times.map { .init($0.0, .integer($0.1)) })
    let header = #"{"alg":"RS256","typ":"JWT","kid":"\#(keyID)"}"#
    let signed = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(claims.encoded())
    return "\(signed).\(Base64URL.encode(try key.get().sign(Array(signed.utf8))))"
  }

  static let uploadToken = Result { try UploadToken.random() }

  /// What the store knows of the upload token.
  static func uploadTokenRecord(package: ExactString? = nil) throws -> UploadTokenRecord {
    let claims: [(ExactString, ExactString)] = [
      ("repository", "acme/widgets"), ("repository_owner", "acme"), ("repository_owner_id", "42"), ("repository_id", "7"),
      ("workflow_ref", "acme/widgets/.github/workflows/release.yml@refs/tags/v1.0"), ("ref", "refs/tags/v1.0"), ("ref_type", "tag"),
      ("job_workflow_ref", "acme/widgets/.github/workflows/release.yml@refs/tags/v1.0"), ("event_name", "push"), ("jti", "origin"),
      ("sha", "a"), ("environment", "release"),
    ]
    let identity = PublisherIdentity(
      issuer: IssuerName("github"), issuerURL: "https://token.actions.githubusercontent.com", audience: "example_pypi",
      claims: JSONObject(claims.map { .init($0.0, .string($0.1)) }),
      token: TokenID(issuer: "https://token.actions.githubusercontent.com", value: .jti("origin")), expiry: try time(now + 300))
    return UploadTokenRecord(
      hash: try uploadToken.get().hash, identity: identity, publishers: [publisher], package: package.map { .init(canonical: $0) },
      expiry: try time(now + 900))
  }

  static func pins(ofRepository id: ExactString) -> [PinnedIdentity] {
    let key = PublisherKey(
      publisher: publisher, issuerURL: "https://token.actions.githubusercontent.com", repository: "acme/widgets")
    return [PinnedIdentity(key: key, ids: ImmutableIDs([.init("repository_id", id), .init("repository_owner_id", "42")]))]
  }

  // MARK: - Configurations and messages

  private static let configurations = Mutex<[String: ConfigurationSnapshot]>([:])

  static func configuration(_ sample: SettingsSample) throws -> ConfigurationSnapshot {
    if let known = configurations.withLock({ $0[sample.text] }) { return known }
    var sample = sample
    sample.environment["SECRET"] = "not-a-real-secret"
    let (settings, problems) = sample.load()
    let read = try #require(settings, "\(problems.map(\.complaint))")
    let made = try ConfigurationBuilder.forCommand(environment: sample.environment) { UnixTime(now) ?? .latest }.build(read, replacing: nil)
    configurations.withLock { $0[sample.text] = made }
    return made
  }

  static func head(_ lines: String...) throws -> RequestHead {
    var parser = RequestHeadParser()
    let text = Array((lines + ["Host: upload.example.com", "", ""]).joined(separator: "\r\n").utf8)
    guard case .head(let head, _) = try parser.feed(text.span) else { throw HTTPRefusal.truncatedBody }
    return head
  }

  static func responseHead(_ status: Int, _ fields: String = "Content-Length: 0\r\n") throws -> ResponseHead {
    var parser = ResponseHeadParser(answering: .post)
    guard case .head(let head, _) = try parser.feed(Array("HTTP/1.1 \(status) Said\r\n\(fields)\r\n".utf8).span) else {
      throw HTTPRefusal.truncatedBody
    }
    return head
  }

  static let digests = ArtifactDigests(sha256: digest)

  static func relayed(_ status: Int) throws -> RelayedResponse {
    try RelayedResponse(
      try responseHead(status), body: Array("said".utf8), relaying: [], isToOurCredential: true,
      hiding: AnswerSecrets(nil, UpstreamAddress(host: "127.0.0.1", port: 8081, socket: nil, publicHost: nil)),
      location: LinkRewrite(upstreamOrigin: "http://registry", upstreamPath: "", publicOrigin: "http://public", publicPath: ""))
  }

  static func artifact(_ budgets: Budgets, _ bytes: [UInt8] = bytes) -> SpooledArtifact {
    var hasher = ArtifactHasher([])
    unsafe hasher.update(bytes.span.bytes)
    return SpooledArtifact(
      storage: .memory(ByteBuffer(bytes: bytes)), count: bytes.count, digests: hasher.finalize(),
      reservation: budgets.spool.reservation(for: .unverified))
  }
}
