import Digests
import StrictParsers
import Testing

@testable import TokenVerification

@Suite("A key set") struct KeySetTests {
  private static let signers = TestSigner.shared

  private func text(_ name: ExactString, _ value: String) -> JSONObject.Member { .init(name, .string(ExactString(value))) }

  @Test("takes keys of every type, with and without what else they may carry", arguments: TestSigner.Kind.allCases)
  func takes(kind: TestSigner.Kind) throws {
    let signer = try #require(Self.signers[kind])
    for more in [
      [], [text("use", "sig")], [.init("key_ops", .array([.string("verify")]))],
      [.init("key_ops", .array([.string("sign"), .string("verify")]))],
      [.init("x5c", .array([.string("MII")]))],
    ] {
      let keys = try KeySet(jwks: jwks([signer.jwk(id: "k", adding: more)]))
      #expect(keys.usableIDs == ["k"])
      #expect(keys.skipped.isEmpty)
    }
  }

  @Test(
    "skips a key and says why",
    arguments: [
      (.ed25519, "use", #""enc""#, .notForVerification), (.ed25519, "use", "1", .malformed),
      (.ed25519, "use", #""SIG""#, .notForVerification),
      (.ed25519, "key_ops", #"["encrypt"]"#, .notForVerification), (.ed25519, "key_ops", "[]", .notForVerification),
      (.ed25519, "key_ops", #""verify""#, .malformed), (.ed25519, "key_ops", #"["verify","verify"]"#, .malformed),
      (.ed25519, "key_ops", #"["verify",1]"#, .malformed),
      (.ed25519, "alg", #""ES256""#, .algorithmMismatch), (.ed25519, "alg", #""eddsa""#, .algorithmMismatch),
      (.ed25519, "alg", "null", .malformed),
      (.ed25519, "kty", #""EC""#, .unsupportedType), (.ed25519, "kty", #""oct""#, .unsupportedType), (.ed25519, "kty", "null", .malformed),
      (.ed25519, "crv", #""X25519""#, .unsupportedType), (.ed25519, "crv", #""Ed448""#, .unsupportedType),
      (.ed25519, "d", #""AA""#, .privateKey),
      (.ed25519, "x", #""""#, .malformed), (.ed25519, "x", #""AAAA""#, .malformed), (.ed25519, "x", "1", .malformed),
      (.ed25519, "kid", "1", .noKeyID), (.ed25519, "kid", #""""#, .noKeyID),
      (.ec(.p256), "alg", #""ES384""#, .algorithmMismatch), (.ec(.p256), "alg", #""RS256""#, .algorithmMismatch),
      (.ec(.p256), "crv", #""P-384""#, .malformed),
      (.ec(.p256), "crv", #""P-521""#, .unsupportedType), (.ec(.p256), "crv", #""secp256k1""#, .unsupportedType),
      (.ec(.p256), "kty", #""RSA""#, .malformed),
      (.ec(.p256), "x", "\"\(String(repeating: "A", count: 43))\"", .notOnCurve),
      (.ec(.p256), "x", "\"\(String(repeating: "_", count: 42))8\"", .notOnCurve),
      (.ec(.p256), "y", #""AA""#, .malformed), (.ec(.p384), "y", "\"\(String(repeating: "B", count: 64))\"", .notOnCurve),
      (.ec(.p256), "d", "1", .privateKey),
      (.rsa(bits: 2048), "e", #""AQ""#, .exponent), (.rsa(bits: 2048), "e", #""Ag""#, .exponent),
      (.rsa(bits: 2048), "e", #""AQAA""#, .exponent),
      (.rsa(bits: 2048), "e", #""AAEAAQ""#, .malformed), (.rsa(bits: 2048), "e", #""AQAAAAE""#, .exponent),
      (.rsa(bits: 2048), "e", #""AQAB=""#, .malformed),
      (.rsa(bits: 2048), "e", #""""#, .malformed), (.rsa(bits: 2048), "n", #""AQAB""#, .modulusSize),
      (.rsa(bits: 2048), "alg", #""PS512""#, .algorithmMismatch),
      (.rsa(bits: 2048), "alg", #""HS256""#, .algorithmMismatch), (.rsa(bits: 2048), "alg", #""RSA-OAEP""#, .algorithmMismatch),
      (.rsa(bits: 2048), "kty", #""rsa""#, .unsupportedType),
    ] as [(TestSigner.Kind, String, String, KeyRefusal)])
  func skips(kind: TestSigner.Kind, member: String, value: String, expected: KeyRefusal) throws {
    let jwk = try #require(Self.signers[kind]).jwk(id: "bad", adding: [.init(ExactString(member), StrictJSON.parse(value.utf8))])
    let good = try #require(Self.signers[.ec(.p384)]).jwk(id: "good")
    let keys = try KeySet(jwks: jwks([jwk, good]))
    #expect(keys.skipped == [KeySet.SkippedKey(index: 0, id: member == "kid" ? jwk["kid"]?.string : "bad", reason: expected)])
    #expect(keys.usableIDs == ["good"])
    #expect(throws: KeySetError.nothingUsable(keys.skipped)) { try KeySet(jwks: jwks([jwk])) }
  }

  @Test("says of a token that names a skipped key why it can't be used")
  func unusable() throws {
    let signer = try TestSigner.of(.es256)
    let keys = try KeySet(jwks: jwks([signer.jwk(id: "key-1", adding: [text("use", "enc")]), signer.jwk(id: "key-2")]))
    #expect(try refusal { try TokenFixture().verify(keys: keys) } == .unusableKey(.notForVerification))
  }

  @Test(
    "bounds the RSA modulus",
    arguments: [(1024, .modulusSize), (2040, .modulusSize), (2048, nil), (2056, nil), (3072, nil)] as [(Int32, KeyRefusal?)])
  func modulus(bits: Int32, expected: KeyRefusal?) throws {
    let jwk = try #require(TestSigner(.rsa(bits: bits))).jwk(id: "k")
    #expect(Self.keyRefusal(jwk) == expected)
  }

  @Test(
    "bounds the RSA modulus by its bits, whatever it is made of",
    arguments: [
      ([0x7F] + [UInt8](repeating: 0xFF, count: 255), .modulusSize), ([0x80] + [UInt8](repeating: 0, count: 254) + [2], .weakModulus),
      ([0] + [UInt8](repeating: 0xFF, count: 256), nil), ([0, 0] + [UInt8](repeating: 0xFF, count: 256), .malformed),
      ([0, 0x7F] + [UInt8](repeating: 0xFF, count: 256), .malformed), ([0] + [UInt8](repeating: 0xFF, count: 255), .modulusSize),
      ([0], .malformed), ([UInt8](repeating: 0xFF, count: 1024), nil),
      ([1] + [UInt8](repeating: 0xFF, count: 1024), .modulusSize),
      ([UInt8](repeating: 0xFF, count: 100_000), .modulusSize),
    ] as [([UInt8], KeyRefusal?)])
  func crafted(modulus: [UInt8], expected: KeyRefusal?) throws {
    let jwk = try #require(Self.signers[.rsa(bits: 2048)]).jwk(id: "k", adding: [text("n", Base64URL.encode(modulus))])
    #expect(Self.keyRefusal(jwk) == expected)
  }

  @Test("takes a modulus behind a zero byte for the sign for the same key without")
  func signByte() throws {
    let signer = try TestSigner.of(.rs256)
    let plain = try signer.jwk(id: "key-1")
    let modulus = try Base64URL.decode(#require(plain["n"]?.string).utf8)
    let signed = try signer.jwk(id: "key-1", adding: [text("n", Base64URL.encode([0] + modulus))])
    #expect(try JSONWebKey(.object(signed)).thumbprint == JSONWebKey(.object(plain)).thumbprint)
    #expect(try refusal { try TokenFixture(.rs256).verify(keys: KeySet(jwks: jwks([signed]))) } == nil)
  }

  @Test(
    "refuses a modulus that is a power of 65537 modulo every small prime (CVE-2017-15361)",
    arguments: [(128, true), (200, true), (127, false)])
  func roca(power: Int, large: Bool) throws {
    var modulus: [UInt8] = [1]
    for _ in 0..<power { modulus = Self.times65537(modulus) }
    let jwk = try #require(Self.signers[.rsa(bits: 2048)]).jwk(id: "k", adding: [text("n", Base64URL.encode(modulus))])
    #expect(Self.keyRefusal(jwk) == (large ? .weakModulus : .modulusSize))
    modulus[modulus.count - 1] ^= 2
    #expect(!ROCAFingerprint.marks(modulus))
  }

  /// x * 2^16 + x, big-endian.
  private static func times65537(_ number: [UInt8]) -> [UInt8] {
    var sum: [UInt8] = []
    var carry: UInt16 = 0
    for (left, right) in zip((number + [0, 0]).reversed(), ([0, 0] + number).reversed()) {
      carry += UInt16(left) + UInt16(right)
      sum.append(UInt8(truncatingIfNeeded: carry))
      carry >>= 8
    }
    if carry > 0 { sum.append(UInt8(truncatingIfNeeded: carry)) }
    return sum.reversed()
  }

  @Test("takes two keys of one `kid` for none")
  func ambiguous() throws {
    let first = try TestSigner.of(.es256).jwk(id: "key-1")
    let second = try TestSigner.of(.es384).jwk(id: "key-1")
    let unusable = try TestSigner.of(.es256).jwk(id: "key-1", adding: [text("use", "enc")])
    let other = try TestSigner.of(.es256).jwk(id: "other")
    for set in [
      [first, second, other], [first, first, other], [first, unusable, other], [unusable, first, other], [first, first, first, other],
    ] {
      #expect(try refusal { try TokenFixture().verify(keys: KeySet(jwks: jwks(set))) } == .ambiguousKey)
    }
    #expect(throws: KeySetError.nothingUsable([])) { try KeySet(jwks: jwks([first, second])) }
  }

  @Test("keeps apart `kid`s that only String takes for one")
  func exactIDs() throws {
    let signer = try TestSigner.of(.es256)
    #expect(try KeySet(jwks: jwks([signer.jwk(id: "\u{212A}"), signer.jwk(id: "K")])).usableIDs.count == 2)
  }

  @Test(
    "is refused as a whole",
    arguments: [
      ("", .malformed(JSONError(.unexpectedEnd, at: 0))), ("[]", .malformed(JSONError(.notAnObject, at: 0))), ("{}", .noKeys),
      (#"{"keys":{}}"#, .noKeys),
      (#"{"keys":null}"#, .noKeys), (#"{"keys":[]}"#, .nothingUsable([])),
      (#"{"keys":[],"keys":[]}"#, .malformed(JSONError(.repeatedName, at: 11))),
      (#"{"keys":[1]}"#, .nothingUsable([KeySet.SkippedKey(index: 0, id: nil, reason: .notAnObject)])),
      (#"{"keys":[{}]}"#, .nothingUsable([KeySet.SkippedKey(index: 0, id: nil, reason: .noKeyID)])),
      (#"{"keys":[\#((0...100).map { _ in "0" }.joined(separator: ","))]}"#, .tooManyKeys(limit: 100)),
      (String(repeating: " ", count: 1 << 20 + 1), .tooLarge(limit: 1 << 20)),
    ] as [(String, KeySetError)])
  func refused(text: String, expected: KeySetError) {
    #expect(throws: expected) { try KeySet(jwks: Array(text.utf8)) }
  }

  @Test("knows a key by its thumbprint (RFC 7638, section 3.1)")
  func thumbprint() throws {
    let modulus =
      "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt"
      + "7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHa"
      + "Q-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    let key = try JSONWebKey(StrictJSON.parse(#"{"kty":"RSA","n":"\#(modulus)","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#.utf8))
    #expect(Base64URL.encode(key.thumbprint.bytes) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
    #expect(key.algorithms == [.rs256])
  }

  private static func keyRefusal(_ jwk: JSONObject) -> KeyRefusal? {
    do throws(KeyRefusal) { _ = try JSONWebKey(.object(jwk)) } catch { return error }
    return nil
  }
}
