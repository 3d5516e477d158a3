import StrictParsers
import TestSupport
import Testing

@testable import TokenVerification

@Suite("Verification agrees with") struct TokenVectorTests {
  /// Valid there and refused here, since they don't apply: their algorithms are none of ours.
  private static let notApplying: [String: [(ids: [Int64], reason: String)]] = [
    "json_web_signature_test.json": [
      ([1, 348, 352, 357, 358, 359, 372, 373, 376, 377], "HS256: who can verify can forge, so an issuer can't publish the key"),
      ([320, 321, 322, 323, 325, 326, 327, 328], "PS384 and PS512 are not offered"),
      ([346, 350], "PS384, and by a key whose `alg` says PS256"),
      ([347, 351], "ES512 is not offered, and the key's `alg` says ES521, which is nothing"),
    ],
    "json_web_key_test.json": [([2, 13, 14, 15], "HS*: who can verify can forge, so an issuer can't publish the key")],
  ]

  @Test("Wycheproof", arguments: [("json_web_signature_test.json", 401), ("json_web_key_test.json", 26)])
  func wycheproof(file: String, count: Int) throws {
    guard let bytes = VectorFile.bytes("wycheproof/\(file)") else { return }
    let groups = try #require(StrictJSON.parseObject(bytes)["testGroups"]?.array)
    var notApplying: [Int64] = []
    var run = 0
    for group in groups.compactMap(\.object) {
      let set = try Self.keys(#require((group["public"] ?? group["private"])?.object))
      for test in try #require(group["tests"]?.array).compactMap(\.object) {
        run += 1
        let id = try #require(test["tcId"]?.integer)
        let jws = try #require(test["jws"])
        let accepted = jws.string.map { Self.isSigned(Array($0.utf8), by: set) } ?? false
        if test["result"]?.string == "valid" {
          if !accepted { notApplying.append(id) }
        } else {
          #expect(!accepted, "\(file) \(id)")
        }
      }
    }
    print(
      "counted: Wycheproof \(file): \(run) run, \(run - notApplying.count) passed, "
        + "\(notApplying.count) of algorithms that are not ours, 0 deviating")
    #expect(run == count)
    #expect(notApplying == Self.notApplying[file]?.flatMap(\.ids).sorted())
  }

  @Test("the examples of RFC 7520, section 4, where their algorithm is one of ours")
  func cookbook() throws {
    guard let rows = try VectorFile.rows("attacks/jwt_thirdparty.jsonl") else { return }
    var verified: [ExactString] = []
    for row in rows {
      let id = try #require(row["id"]?.string)
      guard let document = row["doc"]?.object, let input = document["input"]?.object, let key = input["key"]?.object else { continue }
      guard let text = document["output"]?.object?["compact"]?.string else { continue }
      // The examples give whole key pairs.
      let secret: Set<ExactString> = ["d", "p", "q", "dp", "dq", "qi"]
      let keys = try? KeySet(jwks: jwks([JSONObject(key.members.filter { !secret.contains($0.name) })]))
      #expect((try? KeySet(jwks: jwks([key]))) == nil || key["d"] == nil, "\(id)")
      if Self.isSigned(Array(text.utf8), by: keys) { verified.append(id) }
    }
    #expect(verified == ["cookbook:jws/4_1.rsa_v15_signature.json"])
  }

  @Test("nobody who signed for somebody else: tokens of other libraries' tests are refused, and nothing ends the process")
  func thirdParties() throws {
    guard let rows = try VectorFile.rows("attacks/jwt_thirdparty.jsonl") else { return }
    let keys = try TokenFixture(.rs256).keys()
    let now = try #require(UnixTime(TokenFixture.now))
    var codes: [TokenRefusal.Code: Int] = [:]
    for row in rows {
      guard let token = row["token"]?.string else { continue }
      let found = try refusal {
        let token = try UnverifiedToken(compact: token.utf8)
        let verifier = TokenFixture.verifier(issuer: token.issuer.text)
        return try verifier.verify(token, with: keys, audience: TokenFixture.audience, at: now)
      }
      #expect(found != nil, "\(token)")
      if let found { codes[found.code, default: 0] += 1 }
    }
    print("counted: Third-party tokens: \(codes.map { "\($0.value) \($0.key.rawValue)" }.sorted())")
    #expect(rows.count == 150)
    #expect(codes.values.reduce(0, +) == 123)
  }

  private static func keys(_ value: JSONObject) -> KeySet? {
    try? KeySet(jwks: value["keys"] == nil ? jwks([value]) : value.encoded())
  }

  /// A signature alone: the payloads of these vectors are no claims.
  private static func isSigned(_ text: [UInt8], by keys: KeySet?) -> Bool {
    guard let jws = try? CompactJWS(text), case .key(let key) = keys?.entry(jws.keyID), key.algorithms.contains(jws.algorithm) else {
      return false
    }
    return jws.isSigned(by: key)
  }
}
