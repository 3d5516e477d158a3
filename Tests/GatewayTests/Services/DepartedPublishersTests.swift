import Digests
import StateStore
import StrictParsers
import TestSupport
import Testing
import TokenVerification

@testable import Gateway
@testable import PublisherPolicy

@Suite("Upload tokens of a publisher whose entry is gone") struct DepartedPublishersTests {
  private static let now = UnixTime.latest.advanced(by: -86_400)

  private static func mint(_ publisher: String, in store: any StateStore) async throws -> SHA256Digest {
    let issuer: ExactString = "https://issuer.example"
    let token = TokenID(issuer: issuer, value: .jti(ExactString("token of \(publisher)")))
    let identity = PublisherIdentity(
      issuer: IssuerName("github"), issuerURL: issuer, audience: "example_pypi", claims: JSONObject([]), token: token, expiry: now)
    let hash = SHA256.digest(of: publisher.utf8)
    let record = UploadTokenRecord(
      hash: hash, identity: identity, publishers: [PublisherID(publisher)], package: nil, expiry: now.advanced(by: 900))
    try await store.exchange(TokenExchange(token: token, rule: .oncePerToken, rememberedUntil: now.advanced(by: 900), record: record))
    return hash
  }

  /// Of these tokens, which still live.
  private static func live(_ hashes: SHA256Digest..., in store: any StateStore) async throws -> [Bool] {
    var live: [Bool] = []
    for hash in hashes { live.append(try await store.uploadToken(hash, at: now) != nil) }
    return live
  }

  @Test("end at the start, where it went while no gateway ran")
  func whileNobodyRan() async throws {
    let store = SQLiteStore.memory()
    let settings = try SettingsSample().settings()
    let (gone, kept) = (try await Self.mint("gone", in: store), try await Self.mint("widgets", in: store))
    await DepartedPublishers().endTokens(in: store, settings, at: Self.now)
    #expect(try await Self.live(gone, kept, in: store) == [false, true])
  }

  @Test("end after a reload, even if it comes back, and are left alone where only another gateway knows it")
  func reloaded() async throws {
    let store = SQLiteStore.memory()
    let settings = try SettingsSample().settings()
    let departed = DepartedPublishers()
    await departed.endTokens(in: store, settings, at: Self.now)
    let (removed, foreign) = (try await Self.mint("widgets", in: store), try await Self.mint("newer", in: store))
    await departed.endTokens(in: store, settings, at: Self.now)
    #expect(try await Self.live(removed, foreign, in: store) == [true, true])
    departed.add([PublisherID("widgets")])
    await departed.endTokens(in: store, settings, at: Self.now)
    #expect(try await Self.live(removed, foreign, in: store) == [false, true])
  }

  @Test("end as soon as the store can be told")
  func storeAway() async throws {
    let settings = try SettingsSample().settings()
    let departed = DepartedPublishers()
    let away = SQLiteStore.memory()
    await away.close()
    departed.add([PublisherID("widgets")])
    await departed.endTokens(in: away, settings, at: Self.now)
    let store = SQLiteStore.memory()
    let (removed, gone) = (try await Self.mint("widgets", in: store), try await Self.mint("gone", in: store))
    await departed.endTokens(in: store, settings, at: Self.now)
    #expect(try await Self.live(removed, gone, in: store) == [false, false])
  }
}
