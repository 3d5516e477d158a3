import Digests
import StrictParsers
import Testing
import TokenVerification

@testable import PublisherPolicy

@Suite("An identity") struct PublisherIdentityTests {
  private static func identity(claims: String = "{}", id: TokenID.Value = .jti("j"), expiry: Int64 = 0) throws -> PublisherIdentity {
    PublisherIdentity(
      issuer: IssuerName("ci"), issuerURL: "https://issuer.example", audience: "a\"\u{2028}\u{301}", claims: SamplePublish.object(claims),
      token: TokenID(issuer: "https://issuer.example", value: id), expiry: try #require(UnixTime(expiry)))
  }

  @Test(
    "comes out of the store as it went in",
    arguments: [
      (claims: "{}", id: .jti("j"), expiry: 0), (claims: "{}", id: .jti(""), expiry: 1 << 40),
      (claims: "{}", id: .signedPart(SHA256.digest(of: [1, 2, 3])), expiry: 1_700_000_000),
      (
        claims:
          #"{"a": "\u0000\u2028\ud83d\ude00", "caf\u00e9": 1, "cafe\u0301": 2, "n": -9223372036854775808, "f": 1.50e3, "t": true, "z": null, "l": [{"x": []}]}"#,
        id: .jti("\u{1b}\"\\"), expiry: 1
      ),
    ] as [(claims: String, id: TokenID.Value, expiry: Int64)])
  func roundTrip(claims: String, id: TokenID.Value, expiry: Int64) throws {
    let identity = try Self.identity(claims: claims, id: id, expiry: expiry)
    #expect(PublisherIdentity(decoding: identity.encoded()) == identity)
  }

  @Test("of a whole token is judged the same after the store had it", arguments: SamplePublish.both)
  func decided(sample: SamplePublish) throws {
    let sample = sample.requiring("tag", "v{version}").requiring("environment", "release")
    let policy = try sample.policy([sample.publisher()])
    let identity = try sample.identity(of: policy)
    let stored = try #require(PublisherIdentity(decoding: identity.encoded()))
    #expect(stored == identity)
    let decision = try policy.decide(
      Principal(identity: stored, scope: nil), sample.target, knowing: PolicyInputs(package: .exists), at: #require(UnixTime(0)))
    guard case .granted(let grant) = decision else {
      Issue.record("not granted: \(decision)")
      return
    }
    #expect(grant.publisher.description == "release")
  }

  @Test("is none where a member is missing, of another type, repeated or out of bounds")
  func damaged() throws {
    let whole = String(decoding: try Self.identity(expiry: 7).encoded(), as: UTF8.self)
    #expect(PublisherIdentity(decoding: Array(whole.utf8)) != nil)
    for (old, new) in [
      (#""issuer":"ci","#, ""), (#""ci""#, "1"), (#""url":"https://issuer.example""#, #""url":null"#), (#""jti":"j""#, #""jti":1"#),
      (#","jti":"j""#, ""),
      (#""jti":"j""#, #""signed_part":"00""#), (#""jti":"j""#, #""signed_part":"\#(String(repeating: "g", count: 64))""#), (":7", ":-1"),
      (":7", ":1.0"),
      (":7", ":1099511627777"), (":7", ":\"7\""), (#""claims":{}"#, #""claims":[]"#), ("}}", "}"), ("}}", "}}x"),
      (#""issuer":"ci","#, #""issuer":"ci","issuer":"ci","#),
    ] {
      let damaged = whole.replacing(old, with: new)
      #expect(damaged != whole, "\(old)")
      #expect(PublisherIdentity(decoding: Array(damaged.utf8)) == nil, "\(damaged)")
    }
    for length in 0..<whole.utf8.count { #expect(PublisherIdentity(decoding: Array(whole.utf8.prefix(length))) == nil) }
    #expect(PublisherIdentity(decoding: [0xFF]) == nil)
  }
}
