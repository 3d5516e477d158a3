import Digests
import StrictParsers
import Testing

@testable import TokenVerification

@Suite("A cache of verified signatures") struct VerifiedSignatureCacheTests {
  private let now = UnixTime(TokenFixture.now)

  @Test("saves the signature's check and nothing else")
  func judgesAgain() throws {
    let cache = VerifiedSignatureCache(capacity: 8)
    let verifier = TokenFixture.verifier(cache: cache)
    let fixture = TokenFixture()
    let compact = try fixture.signed()
    let keys = try fixture.keys()
    func verify(
      _ verifier: TokenVerifier = verifier, keys: KeySet = keys, audience: ExactString = TokenFixture.audience,
      at now: Int64 = TokenFixture.now
    ) throws -> TokenRefusal? {
      try refusal { try verifier.verify(verifier.read(compact), with: keys, audience: audience, at: #require(UnixTime(now))) }
    }
    #expect(try verifier.read(compact).proof == nil)
    #expect(try verify() == nil)
    #expect(try verifier.read(compact).proof != nil)
    #expect(try verify() == nil)
    #expect(try verify(audience: "other") == .wrongAudience(expected: "other"))
    #expect(try verify(at: TokenFixture.now - 31) == .notYetValid)
    let others = try KeySet(jwks: jwks([#require(TestSigner(.ec(.p256))).jwk(id: "key-1")]))
    #expect(try verify(keys: others) == .badSignature, "the issuer replaced the key under the same kid")
    let without = try KeySet(jwks: jwks([TestSigner.of(.es256).jwk(id: "key-2")]))
    #expect(try verify(keys: without) == .unknownKey, "the issuer withdrew the key")
    #expect(try verify(TokenFixture.verifier(lifetime: 60, cache: cache)) == .lifetimeTooLong(limit: 60))
    #expect(try verify(TokenFixture.verifier(algorithms: [.rs256], cache: cache)) == .algorithmNotAllowed)
    #expect(try verify(TokenFixture.verifier(issuer: "https://other.example", cache: cache)) == .unknownIssuer)
    #expect(try verify(at: TokenFixture.now + 330) == TokenFixture.expired(at: TokenFixture.now + 300))
    #expect(cache.count == 0)
  }

  @Test("never holds what was refused")
  func refusals() throws {
    let cache = VerifiedSignatureCache(capacity: 8)
    let verifier = TokenFixture.verifier(cache: cache)
    _ = try refusal { try TokenFixture().verify(verifier, keys: TokenFixture(.es384).keys()) }
    _ = try refusal { try TokenFixture().claim("exp", "true").verify(verifier) }
    _ = try refusal { try TokenFixture().claim("exp", "2").claim("iat", "1").claim("nbf", nil).verify(verifier) }
    #expect(cache.count == 0)
  }

  @Test("holds as many as it was given room for, and drops the oldest", arguments: [0, 1, 3])
  func bounded(capacity: Int) throws {
    let cache = VerifiedSignatureCache(capacity: capacity)
    let verifier = TokenFixture.verifier(cache: cache)
    let keys = try TokenFixture().keys()
    let tokens = try (0..<5).map { try TokenFixture().claim("jti", "\"\($0)\"").signed() }
    for token in tokens + tokens.suffix(capacity) {
      _ = try verifier.verify(verifier.read(token), with: keys, audience: TokenFixture.audience, at: #require(now))
      #expect(cache.count <= capacity)
    }
    let held = try tokens.map { try verifier.read($0).proof != nil }
    #expect(held == (0..<5).map { $0 >= 5 - capacity })
  }

  @Test("gives a forgotten token's place to others without dropping them early")
  func reusedSlots() throws {
    let cache = VerifiedSignatureCache(capacity: 2)
    let verifier = TokenFixture.verifier(cache: cache)
    let keys = try TokenFixture().keys()
    let tokens = try (0..<3).map { try verifier.read(TokenFixture().claim("jti", "\"\($0)\"").signed()) }
    func verify(_ token: UnverifiedToken) throws {
      _ = try verifier.verify(token, with: keys, audience: TokenFixture.audience, at: #require(now))
    }
    try verify(tokens[0])
    cache.forget(tokens[0].digest)
    try verify(tokens[1])
    try verify(tokens[0])
    #expect(cache.token(tokens[1].digest) != nil)
    #expect(cache.token(tokens[0].digest) != nil)
    try verify(tokens[2])
    #expect(cache.token(tokens[1].digest) == nil)
    #expect(cache.token(tokens[0].digest) != nil)
  }

  @Test("serves many at once")
  func concurrent() async throws {
    let cache = VerifiedSignatureCache(capacity: 4)
    let verifier = TokenFixture.verifier(cache: cache)
    let keys = try TokenFixture(.rs256).keys()
    let tokens = try (0..<8).map { try TokenFixture(.rs256).claim("jti", "\"\($0)\"").signed() }
    let now = try #require(now)
    try await withThrowingTaskGroup { group in
      for round in 0..<8 {
        group.addTask {
          for index in 0..<100 {
            _ = try verifier.verify(verifier.read(tokens[(index + round) % 8]), with: keys, audience: TokenFixture.audience, at: now)
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(cache.count == 4)
  }
}

@Suite("A token's refusal") struct TokenRefusalTests {
  static let cases: [TokenRefusal] =
    [
      .tooLarge(limit: 1), .unknownIssuer, .algorithmNotAllowed, .unknownKey, .ambiguousKey, .badSignature, .wrongAudience(expected: "a"),
      .expired(at: .latest), .notYetValid,
      .lifetimeTooLong(limit: 1), .keysUnavailable(retryAfter: 1), .malformed(.parts), .malformed(.headerEncoding(.length)),
      .malformed(.payloadEncoding(.length)),
      .malformed(.signatureEncoding(.length)), .malformed(.header(JSONError(.tooDeep, at: 1))),
      .malformed(.payload(JSONError(.tooDeep, at: 1))),
    ]
    + TokenRefusal.HeaderMember.allCases.map { .malformed(.headerMember($0)) }
    + TokenRefusal.ForbiddenHeader.allCases.map { .forbiddenHeader($0) }
    + TokenRefusal.RegisteredClaim.allCases.flatMap { [.missingClaim($0), .invalidClaim($0)] }
    + KeyRefusal.allCases.map { .unusableKey($0) }

  @Test("has a code of the stage and a sentence of its own, and no code is without a case")
  func codes() {
    #expect(Set(Self.cases.map(\.code)) == Set(TokenRefusal.Code.allCases))
    #expect(Set(Self.cases.map(\.explanation)).count == Self.cases.count)
    for code in TokenRefusal.Code.allCases {
      #expect(code.rawValue.hasPrefix("token."))
      #expect(code.rawValue.utf8.allSatisfy { ASCII.isLower($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") })
    }
  }
}

@Suite("A Unix time") struct UnixTimeTests {
  @Test(
    "is within bounds that no sum can leave",
    arguments: [(-1, nil), (0, 0), (1 << 40, 1 << 40), (1 << 40 + 1, nil), (.max, nil), (.min, nil)] as [(Int64, Int64?)])
  func bounds(seconds: Int64, expected: Int64?) { #expect(UnixTime(seconds)?.seconds == expected) }

  @Test("stays within them", arguments: [(5, 1, 6), (5, -6, 0), (5, .max, 1 << 40), (5, .min, 0)] as [(Int64, Int64, Int64)])
  func advancing(seconds: Int64, by: Int64, expected: Int64) { #expect(UnixTime(seconds)?.advanced(by: by).seconds == expected) }
}
