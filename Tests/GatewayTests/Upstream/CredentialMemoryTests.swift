import StateStore
import StrictParsers
import Testing

@testable import Gateway
@testable import PublisherPolicy
@testable import TokenVerification

/// PyPI keeps a token's id for the 30 s by which it tolerates other clocks, crates.io for 60 s past `exp`. Here it is both, one after the other.
@Suite("A credential is remembered") struct CredentialMemoryTests {
  private static let issuer: ExactString = "https://issuer.example"
  private static let expiries: [Int64] = [600, 1_700_000_000, UnixTime.latest.seconds - 1000]

  private static func identity(expiry: UnixTime) -> PublisherIdentity {
    PublisherIdentity(
      issuer: IssuerName("ci"), issuerURL: issuer, audience: "example_pypi", claims: JSONObject([]),
      token: TokenID(issuer: issuer, value: .jti("0b8e")), expiry: expiry)
  }

  private static func isTaken(expiry: UnixTime, at now: UnixTime) -> Bool {
    let verifier = TokenVerifier(
      issuers: [IssuerRules(url: issuer, algorithms: [.rs256], longestLifetime: 600, form: TokenForm(hasID: false))],
      cache: VerifiedSignatureCache(capacity: 0))
    let claims = JSONObject([
      .init("iss", .string(issuer)), .init("aud", .string("example_pypi")), .init("iat", .integer(expiry.seconds - 600)),
      .init("exp", .integer(expiry.seconds)),
    ])
    return verifier.refusal(of: claims, issuer: issuer, audience: "example_pypi", at: now) == nil
  }

  @Test("until nobody takes it any more, and a while longer", arguments: expiries)
  func direct(seconds: Int64) throws {
    let expiry = try #require(UnixTime(seconds))
    let client = Authentication.direct(Self.identity(expiry: expiry))
    let last = expiry.advanced(by: TokenVerifier.clockSkew - 1)
    #expect(Self.isTaken(expiry: expiry, at: last) && !client.isExpired(at: last))
    #expect(!Self.isTaken(expiry: expiry, at: client.end) && client.isExpired(at: client.end))
    #expect(client.end == last.advanced(by: 1) && client.rememberedUntil == client.end.advanced(by: 60))
  }

  @Test("by a store that is cleaned up meanwhile", arguments: expiries, [-30, -10, 29, 30, 89, 90] as [Int64])
  func cleanedUp(seconds: Int64, past: Int64) async throws {
    let identity = Self.identity(expiry: try #require(UnixTime(seconds)))
    let store = SQLiteStore.memory()
    func exchange() async throws -> StateRefusal? {
      let record = UploadTokenRecord(
        hash: try UploadToken.random().hash, identity: identity, publishers: [], package: nil, expiry: .latest)
      do throws(StateRefusal) {
        try await store.exchange(
          TokenExchange(
            token: identity.token, rule: .oncePerToken, rememberedUntil: Authentication.direct(identity).rememberedUntil, record: record))
        return nil
      } catch { return error }
    }
    #expect(try await exchange() == nil)
    #expect(try await store.removeExpired(at: identity.expiry.advanced(by: past), limit: 10) == 0)
    #expect(try await exchange() == .replayed)
    #expect(try await store.removeExpired(at: identity.expiry.advanced(by: 91), limit: 10) == 1)
    #expect(try await exchange() == nil)
  }
}
