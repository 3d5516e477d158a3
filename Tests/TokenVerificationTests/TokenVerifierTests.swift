import Digests
import StrictParsers
import Testing

@testable import TokenVerification

@Suite("A token verifier") struct TokenVerifierTests {
  @Test("accepts a token of every algorithm, and says what it says", arguments: SignatureAlgorithm.allCases)
  func accepts(algorithm: SignatureAlgorithm) throws {
    let fixture = TokenFixture(algorithm)
    let token = try fixture.verify()
    #expect(token.issuer == "https://issuer.example")
    #expect(token.keyID == "key-1")
    #expect(token.algorithm == algorithm)
    #expect(token.subject == "repo:acme/demo")
    #expect(token.audience == TokenFixture.audience)
    #expect(token.issuedAt.seconds == 1_700_000_000)
    #expect(token.expiry.seconds == 1_700_000_300)
    #expect(token.id == TokenID(issuer: "https://issuer.example", value: .jti("0b8e")))
    #expect(token.claims["sub"] == .string("repo:acme/demo"))
  }

  @Test("remembers a token without `jti` by what was signed")
  func signedPart() throws {
    let compact = try TokenFixture(.rs256).claim("jti", nil).signed()
    let verifier = TokenFixture.verifier()
    let token = try verifier.verify(
      verifier.read(compact), with: TokenFixture(.rs256).keys(), audience: TokenFixture.audience, at: #require(UnixTime(TokenFixture.now)))
    let signed = try compact[..<#require(compact.lastIndex(of: UInt8(ascii: ".")))]
    #expect(token.id.value == .signedPart(SHA256.digest(of: signed)))
    #expect(token.signedPartDigest == SHA256.digest(of: signed))
  }

  @Test(
    "judges times to the second, with the one tolerance",
    arguments: [
      ("exp", TokenFixture.now - 29, nil), ("exp", TokenFixture.now - 30, TokenFixture.expired(at: TokenFixture.now - 30)),
      ("exp", 1, TokenFixture.expired(at: 1)),
      ("iat", TokenFixture.now + 30, nil), ("iat", TokenFixture.now + 31, .notYetValid),
      ("nbf", TokenFixture.now + 30, nil), ("nbf", TokenFixture.now + 31, .notYetValid), ("nbf", 0, nil),
    ] as [(String, Int64, TokenRefusal?)])
  func times(claim: String, value: Int64, expected: TokenRefusal?) throws {
    var fixture = TokenFixture().claim("nbf", nil).claim(claim, "\(value)")
    if claim == "exp" { fixture = fixture.claim("iat", "0") }
    #expect(try refusal { try fixture.verify(TokenFixture.verifier(lifetime: 1 << 40)) } == expected)
  }

  @Test(
    "bounds the lifetime that a token gives itself",
    arguments: [(600, nil), (599, .lifetimeTooLong(limit: 599)), (0, .lifetimeTooLong(limit: 0)), (-1, .lifetimeTooLong(limit: -1))]
      as [(Int64, TokenRefusal?)])
  func lifetime(limit: Int64, expected: TokenRefusal?) throws {
    let fixture = TokenFixture().claim("iat", "\(TokenFixture.now - 300)")
    #expect(try refusal { try fixture.verify(TokenFixture.verifier(lifetime: limit)) } == expected)
  }

  @Test(
    "takes a claim only in its exact form",
    arguments: [
      ("iss", nil, .missingClaim(.iss)), ("iss", "null", .invalidClaim(.iss)), ("iss", #"["https://issuer.example"]"#, .invalidClaim(.iss)),
      ("iss", #""""#, .invalidClaim(.iss)), ("iss", #""https://issuer.example/""#, .unknownIssuer),
      ("iss", #""HTTPS://issuer.example""#, .unknownIssuer), ("iss", #""  ""#, .unknownIssuer), ("iss", #""foo""#, .unknownIssuer),
      ("iss", #""https://issuer\u002eexample""#, nil), ("iss", #""https://issuer.example\u0000""#, .unknownIssuer),
      ("aud", nil, .missingClaim(.aud)), ("aud", "null", .invalidClaim(.aud)), ("aud", #"["imprimatur.example"]"#, .invalidClaim(.aud)),
      ("aud", #"["imprimatur.example","other"]"#, .invalidClaim(.aud)), ("aud", #""""#, .invalidClaim(.aud)),
      ("aud", #""Imprimatur.example""#, .wrongAudience(expected: "imprimatur.example")),
      ("aud", #""imprimatur.example ""#, .wrongAudience(expected: "imprimatur.example")),
      ("aud", #""  ""#, .wrongAudience(expected: "imprimatur.example")),
      ("exp", nil, .missingClaim(.exp)), ("exp", "null", .invalidClaim(.exp)), ("exp", #""1700000300""#, .invalidClaim(.exp)),
      ("exp", "true", .invalidClaim(.exp)), ("exp", "1700000300.0", .invalidClaim(.exp)), ("exp", "17e8", .invalidClaim(.exp)),
      ("exp", "9223372036854775807", .invalidClaim(.exp)), ("exp", "-9223372036854775808", .invalidClaim(.exp)),
      ("exp", "1099511627776", .lifetimeTooLong(limit: 3600)), ("exp", "1099511627777", .invalidClaim(.exp)),
      ("exp", "-1", .invalidClaim(.exp)),
      ("exp", "1700000000", .invalidClaim(.exp)), ("exp", "1e400", .invalidClaim(.exp)),
      ("iat", nil, .missingClaim(.iat)), ("iat", "null", .invalidClaim(.iat)), ("iat", #""1700000000""#, .invalidClaim(.iat)),
      ("iat", "1700000301", .invalidClaim(.exp)), ("iat", "9223372036854775807", .invalidClaim(.iat)), ("iat", "-1", .invalidClaim(.iat)),
      // RubyGems refuses a token without `nbf`. Here it is optional, as in RFC 7519: some CI systems send none, and `iat` bounds the beginning.
      ("nbf", nil, nil), ("nbf", "null", .invalidClaim(.nbf)), ("nbf", #""0""#, .invalidClaim(.nbf)),
      ("nbf", "1700000300", .invalidClaim(.nbf)),
      ("nbf", "18446744073709551616", .invalidClaim(.nbf)),
      ("sub", nil, nil), ("sub", #""""#, .invalidClaim(.sub)), ("sub", "1", .invalidClaim(.sub)), ("sub", "null", .invalidClaim(.sub)),
      // NuGet refuses a `jti` of spaces. Here it is an id like any other: of two tokens that have it, one is good for something.
      ("jti", #"" ""#, nil),
      ("jti", nil, nil), ("jti", #""""#, .invalidClaim(.jti)), ("jti", "1", .invalidClaim(.jti)), ("jti", "null", .invalidClaim(.jti)),
      ("jti", "\"\(String(repeating: "j", count: 512))\"", nil), ("jti", "\"\(String(repeating: "j", count: 513))\"", .invalidClaim(.jti)),
    ] as [(String, String?, TokenRefusal?)])
  func claims(name: String, value: String?, expected: TokenRefusal?) throws {
    #expect(try refusal { try TokenFixture().claim(name, value).verify() } == expected)
  }

  @Test("demands `jti` where the issuer's rules do", arguments: [(nil, .missingClaim(.jti)), (#""x""#, nil)] as [(String?, TokenRefusal?)])
  func tokenID(value: String?, expected: TokenRefusal?) throws {
    #expect(try refusal { try TokenFixture().claim("jti", value).verify(TokenFixture.verifier(form: TokenForm(hasID: true))) } == expected)
  }

  @Test(
    "takes an audience in a list of exactly one where the issuer sends lists, and in nothing else",
    arguments: [
      (#"["imprimatur.example"]"#, nil), (#"["imprimatur.example","other"]"#, .invalidClaim(.aud)),
      (#"["imprimatur.example","imprimatur.example"]"#, .invalidClaim(.aud)), ("[]", .invalidClaim(.aud)), (#"[""]"#, .invalidClaim(.aud)),
      (#"[["imprimatur.example"]]"#, .invalidClaim(.aud)), (#""imprimatur.example""#, .invalidClaim(.aud)), ("[1]", .invalidClaim(.aud)),
      (#"["other"]"#, .wrongAudience(expected: "imprimatur.example")), (nil, .missingClaim(.aud)),
    ] as [(String?, TokenRefusal?)])
  func audienceList(value: String?, expected: TokenRefusal?) throws {
    let verifier = TokenFixture.verifier(form: TokenForm(hasID: true, audience: .listOfOne))
    #expect(try refusal { try TokenFixture().claim("aud", value).verify(verifier) } == expected)
  }

  @Test(
    "takes an audience that is a string or in a list of exactly one where the issuer sends either",
    arguments: [
      (#"["imprimatur.example"]"#, nil), (#""imprimatur.example""#, nil), (#"["imprimatur.example","other"]"#, .invalidClaim(.aud)),
      ("[]", .invalidClaim(.aud)), ("{}", .invalidClaim(.aud)), (#""""#, .invalidClaim(.aud)),
      (#""other""#, .wrongAudience(expected: "imprimatur.example")), (#"["other"]"#, .wrongAudience(expected: "imprimatur.example")),
      (nil, .missingClaim(.aud)),
    ] as [(String?, TokenRefusal?)])
  func audienceEither(value: String?, expected: TokenRefusal?) throws {
    let verifier = TokenFixture.verifier(form: TokenForm(hasID: false, audience: .stringOrListOfOne))
    #expect(try refusal { try TokenFixture().claim("aud", value).verify(verifier) } == expected)
  }

  @Test("compares as bytes what String takes for equal")
  func canonicalEquivalence() throws {
    #expect(try refusal { try TokenFixture().claim("aud", "\"\u{212A}\"").verify(audience: "K") } == .wrongAudience(expected: "K"))
    let fixture = TokenFixture().claim("iss", "\"https://\u{212A}\"")
    #expect(try refusal { try fixture.verify(TokenFixture.verifier(issuer: "https://K")) } == .unknownIssuer)
    #expect(try refusal { try TokenFixture().header("kid", "\"key-1\u{37E}\"").verify() } == .unknownKey)
  }

  @Test(
    "takes a header only as it must be",
    arguments: [
      ("alg", nil, .malformed(.headerMember(.alg))), ("alg", "null", .malformed(.headerMember(.alg))),
      ("alg", #"["ES256"]"#, .malformed(.headerMember(.alg))),
      ("alg", #""none""#, .algorithmNotAllowed), ("alg", #""None""#, .algorithmNotAllowed),
      ("alg", #""""#, .malformed(.headerMember(.alg))),
      ("alg", #""HS256""#, .algorithmNotAllowed), ("alg", #""HS384""#, .algorithmNotAllowed), ("alg", #""HS512""#, .algorithmNotAllowed),
      ("alg", #""es256""#, .algorithmNotAllowed), ("alg", #""ES256 ""#, .algorithmNotAllowed), ("alg", #""ES512""#, .algorithmNotAllowed),
      ("alg", #""ES256K""#, .algorithmNotAllowed), ("alg", #""RS256""#, .algorithmNotAllowed), ("alg", #""ES384""#, .algorithmNotAllowed),
      ("alg", #""EdDSA""#, .algorithmNotAllowed), ("alg", #""\u0045S256""#, nil),
      ("kid", nil, .malformed(.headerMember(.kid))), ("kid", "null", .malformed(.headerMember(.kid))),
      ("kid", "1", .malformed(.headerMember(.kid))),
      ("kid", #""""#, .malformed(.headerMember(.kid))), ("kid", #""KEY-1""#, .unknownKey), ("kid", #""key-1 ""#, .unknownKey),
      ("kid", #""key-2""#, .unknownKey),
      ("kid", #""../../dev/null""#, .unknownKey),
      ("typ", nil, nil), ("typ", #""jwt""#, nil), ("typ", #""at+jwt""#, nil), ("typ", #""AT+JWT""#, nil),
      ("typ", #""JWS""#, .forbiddenHeader(.typ)),
      ("typ", "null", .forbiddenHeader(.typ)), ("typ", #""JWT ""#, .forbiddenHeader(.typ)), ("typ", #""dpop+jwt""#, .forbiddenHeader(.typ)),
      ("crit", "[]", .forbiddenHeader(.crit)), ("crit", #"["exp"]"#, .forbiddenHeader(.crit)), ("crit", "null", .forbiddenHeader(.crit)),
      ("b64", "false", .forbiddenHeader(.b64)), ("b64", "true", .forbiddenHeader(.b64)), ("zip", #""DEF""#, .forbiddenHeader(.zip)),
      ("enc", #""A256GCM""#, .forbiddenHeader(.enc)), ("jku", #""https://issuer.example/keys""#, .forbiddenHeader(.jku)),
      ("jwk", "{}", .forbiddenHeader(.jwk)),
      ("x5u", #""https://issuer.example/keys""#, .forbiddenHeader(.x5u)), ("x5c", "[]", .forbiddenHeader(.x5c)),
      ("cty", #""JWT""#, .forbiddenHeader(.cty)),
      ("x5t", #""ykNaY4qM_ta4k2TgZOCEYLkcYlA""#, nil), ("x5t#S256", #""a""#, nil), ("nonce", "1", nil),
    ] as [(String, String?, TokenRefusal?)])
  func header(name: String, value: String?, expected: TokenRefusal?) throws {
    #expect(try refusal { try TokenFixture().header(name, value).verify() } == expected)
  }

  @Test("allows only the algorithms of the issuer's list", arguments: SignatureAlgorithm.allCases)
  func algorithmList(algorithm: SignatureAlgorithm) throws {
    let others = Set(SignatureAlgorithm.allCases).subtracting([algorithm])
    #expect(try refusal { try TokenFixture(algorithm).verify(TokenFixture.verifier(algorithms: others)) } == .algorithmNotAllowed)
    #expect(try refusal { try TokenFixture(algorithm).verify(TokenFixture.verifier(algorithms: [algorithm])) } == nil)
  }

  @Test("does not mistake one algorithm of a key for another", arguments: [SignatureAlgorithm.rs256, .rs384, .rs512, .ps256])
  func algorithmConfusion(signed: SignatureAlgorithm) throws {
    for claimed in [SignatureAlgorithm.rs256, .rs384, .rs512, .ps256] where claimed != signed {
      let fixture = TokenFixture(signed).header("alg", "\"\(claimed.rawValue)\"")
      #expect(try refusal { try fixture.verify() } == .badSignature)
    }
  }

  @Test(
    "demands of PS256 a salt as long as the digest",
    arguments: [(32, true), (0, false), (20, false), (31, false), (64, false)] as [(Int32, Bool)])
  func saltLength(length: Int32, accepted: Bool) throws {
    let signer = try TestSigner.of(.ps256)
    let key = try JSONWebKey(.object(signer.jwk(id: "k")))
    let text = Array("text".utf8)
    #expect(key.publicKey.verifies(try signer.sign(text, with: .ps256, saltLength: length), over: text.span, with: .ps256) == accepted)
  }

  @Test("refuses what is not three parts of strict base64url around strict JSON")
  func parts() throws {
    let text = String(decoding: try TokenFixture().signed(), as: UTF8.self)
    let parts = text.split(separator: ".").map(String.init)
    let header = #"{"alg":"ES256","kid":"key-1"}"#
    func encoded(_ text: String) -> String { Base64URL.encode(Array(text.utf8)) }
    let cases: [(String, TokenRefusal)] = [
      ("", .malformed(.parts)), (".", .malformed(.parts)), ("...", .malformed(.parts)), ("....", .malformed(.parts)),
      (parts[0], .malformed(.parts)),
      ("\(parts[0]).\(parts[1])", .malformed(.parts)), ("\(text).", .malformed(.parts)), (".\(text)", .malformed(.parts)),
      ("\(text).a.b", .malformed(.parts)), ("..", .malformed(.header(JSONError(.unexpectedEnd, at: 0)))),
      (".\(parts[1]).\(parts[2])", .malformed(.header(JSONError(.unexpectedEnd, at: 0)))),
      ("\(parts[0])..\(parts[2])", .malformed(.payload(JSONError(.unexpectedEnd, at: 0)))),
      ("\(parts[0]).\(parts[1]).", .malformed(.signatureEncoding(.length))),
      (" \(text)", .malformed(.headerEncoding(.alphabet(offset: 0)))),
      ("\(parts[0]).\(parts[1])=.\(parts[2])", .malformed(.payloadEncoding(.alphabet(offset: parts[1].utf8.count)))),
      ("\(text)\n", .malformed(.signatureEncoding(.alphabet(offset: 86)))),
      ("\(text)==", .malformed(.signatureEncoding(.alphabet(offset: 86)))), ("\(text)AA", .badSignature),
      ("\(encoded("[]")).\(parts[1]).\(parts[2])", .malformed(.header(JSONError(.notAnObject, at: 0)))),
      (
        "\(encoded(#"{"alg":"ES256","alg":"ES256","kid":"key-1"}"#)).\(parts[1]).\(parts[2])",
        .malformed(.header(JSONError(.repeatedName, at: 15)))
      ),
      ("\(encoded(header)).\(encoded(#"{"sub":"a","su\u0062":"b"}"#)).AAAA", .malformed(.payload(JSONError(.repeatedName, at: 11)))),
      ("\(encoded(header)).\(encoded("\u{FEFF}{}")).AAAA", .malformed(.payload(JSONError(.byteOrderMark, at: 0)))),
      ("\(encoded(header)).\(encoded(#""text""#)).AAAA", .malformed(.payload(JSONError(.notAnObject, at: 0)))),
      (#"{"payload":"\#(parts[1])","protected":"\#(parts[0])","signature":"\#(parts[2])"}"#, .malformed(.parts)),
    ]
    let verifier = TokenFixture.verifier()
    for (text, expected) in cases {
      let found = try refusal {
        try verifier.verify(
          verifier.read(Array(text.utf8)), with: TokenFixture().keys(), audience: TokenFixture.audience,
          at: #require(UnixTime(TokenFixture.now)))
      }
      #expect(found == expected, "\(text)")
    }
  }

  @Test("refuses too many bytes unread")
  func size() throws {
    let compact = try TokenFixture().signed()
    #expect(try refusal { try UnverifiedToken(compact: compact, limit: compact.count) } == nil)
    #expect(try refusal { try UnverifiedToken(compact: compact, limit: compact.count - 1) } == .tooLarge(limit: compact.count - 1))
    #expect(try refusal { try UnverifiedToken(compact: [UInt8](repeating: 0, count: 1 << 20)) } == .tooLarge(limit: 16384))
  }

  @Test("never accepts a token in which anything was changed")
  func mutations() throws {
    let seed = UInt64.random(in: .min ... .max)
    print("Token mutations: seed \(seed)")
    var random = SplitMix64(state: seed)
    let verifier = TokenFixture.verifier()
    let now = try #require(UnixTime(TokenFixture.now))
    for algorithm in SignatureAlgorithm.allCases {
      let fixture = TokenFixture(algorithm)
      let valid = try fixture.signed()
      let keys = try fixture.keys()
      _ = try verifier.verify(verifier.read(valid), with: keys, audience: TokenFixture.audience, at: now)
      for _ in 0..<400 {
        let mutant = Self.mutant(of: valid, &random)
        guard mutant != valid else { continue }
        let found = try refusal { try verifier.verify(verifier.read(mutant), with: keys, audience: TokenFixture.audience, at: now) }
        #expect(found != nil, "\(algorithm) seed \(seed): \(String(decoding: mutant, as: UTF8.self))")
      }
    }
  }

  private static func mutant(of token: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var mutant = token
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=.+/ \n\u{0}".utf8)
    for _ in 0..<Int.random(in: 1...2, using: &random) {
      let place = Int.random(in: mutant.indices, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: mutant[place] = alphabet.randomElement(using: &random) ?? 0
      case 1: mutant[place] = UInt8.random(in: .min ... .max, using: &random)
      case 2: mutant.insert(alphabet.randomElement(using: &random) ?? 0, at: place)
      case 3: mutant.remove(at: place)
      default: mutant.swapAt(place, Int.random(in: mutant.indices, using: &random))
      }
    }
    return mutant
  }
}

/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}
