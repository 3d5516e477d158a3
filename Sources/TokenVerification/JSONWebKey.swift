import Digests
import StrictParsers

/// One public key of an issuer (RFC 7517), proven fit to verify signatures.
struct JSONWebKey: Sendable {
  /// Its `kid`.
  let id: ExactString
  /// What it may be used with, by its type, curve and `alg`.
  let algorithms: Set<SignatureAlgorithm>
  /// RFC 7638. Two keys of one thumbprint are the same key.
  let thumbprint: SHA256Digest
  let publicKey: PublicKey

  init(_ value: JSONValue) throws(KeyRefusal) {
    guard let object = value.object else { throw .notAnObject }
    guard let id = object["kid"]?.string, !id.isEmpty else { throw .noKeyID }
    guard object["d"] == nil else { throw .privateKey }
    let algorithms: Set<SignatureAlgorithm>
    switch try Self.text("kty", of: object) {
    case "RSA":
      let modulus = try Self.modulus(of: object)
      publicKey = try Self.rsa(modulus, object)
      thumbprint = Self.thumbprint(of: object, ["e", "kty", "n"], writing: ["n": Base64URL.encode(modulus)])
      algorithms = [.rs256, .rs384, .rs512, .ps256]
    case "EC":
      let curve = try Self.curve(of: object)
      publicKey = try Self.ellipticCurve(object, on: curve)
      thumbprint = Self.thumbprint(of: object, ["crv", "kty", "x", "y"])
      switch curve {
      case .p256: algorithms = [.es256]
      case .p384: algorithms = [.es384]
      }
    case "OKP":
      publicKey = try Self.ed25519(object)
      thumbprint = Self.thumbprint(of: object, ["crv", "kty", "x"])
      algorithms = [.edDSA]
    default: throw .unsupportedType
    }
    try Self.requireVerification(object)
    self.id = id
    self.algorithms = try Self.narrowed(algorithms, by: object)
  }

  // MARK: - What it may be used for

  /// RFC 7517, sections 4.2 and 4.3: both are optional, and both bind where they stand.
  private static func requireVerification(_ object: JSONObject) throws(KeyRefusal) {
    if let use = object["use"] {
      guard let use = use.string else { throw .malformed }
      guard use == "sig" else { throw .notForVerification }
    }
    if let operations = object["key_ops"] {
      guard let operations = operations.array, operations.allSatisfy({ $0.string != nil }) else { throw .malformed }
      guard Set(operations).count == operations.count else { throw .malformed }
      guard operations.contains(.string("verify")) else { throw .notForVerification }
    }
  }

  private static func narrowed(_ algorithms: Set<SignatureAlgorithm>, by object: JSONObject) throws(KeyRefusal) -> Set<SignatureAlgorithm> {
    guard let named = object["alg"] else { return algorithms }
    guard let named = named.string else { throw .malformed }
    guard let algorithm = SignatureAlgorithm(name: named), algorithms.contains(algorithm) else { throw .algorithmMismatch }
    return [algorithm]
  }

  // MARK: - Its numbers

  /// In the fewest bytes (RFC 7518, section 6.3.1). Java's `BigInteger` begins with a byte for the sign, which Jenkins' plug-in sends along.
  private static func modulus(of object: JSONObject) throws(KeyRefusal) -> [UInt8] {
    let bytes = try bytes("n", of: object)
    return bytes.count > 1 && bytes[0] == 0 && bytes[1] >= 0x80 ? Array(bytes.dropFirst()) : bytes
  }

  private static func rsa(_ modulus: [UInt8], _ object: JSONObject) throws(KeyRefusal) -> PublicKey {
    let exponent = try bytes("e", of: object)
    // RFC 7518, section 6.3.1: the fewest bytes.
    guard let first = modulus.first, first != 0, let last = modulus.last, exponent.first != 0 else { throw .malformed }
    guard 2048...8192 ~= 8 * modulus.count - first.leadingZeroBitCount else { throw .modulusSize }
    guard 1...4 ~= exponent.count else { throw .exponent }
    let value = exponent.reduce(into: 0 as UInt32) { $0 = $0 << 8 | UInt32($1) }
    guard value >= 3, value % 2 == 1 else { throw .exponent }
    guard last % 2 == 1, !ROCAFingerprint.marks(modulus) else { throw .weakModulus }
    return try PublicKey(rsaModulus: modulus, exponent: exponent)
  }

  private static func curve(of object: JSONObject) throws(KeyRefusal) -> EllipticCurve {
    let name = try text("crv", of: object)
    guard let curve = EllipticCurve.allCases.first(where: { ExactString($0.rawValue) == name }) else { throw .unsupportedType }
    return curve
  }

  private static func ellipticCurve(_ object: JSONObject, on curve: EllipticCurve) throws(KeyRefusal) -> PublicKey {
    let x = try bytes("x", of: object)
    let y = try bytes("y", of: object)
    guard x.count == curve.fieldLength, y.count == curve.fieldLength else { throw .malformed }
    return try PublicKey(curve: curve, x: x, y: y)
  }

  private static func ed25519(_ object: JSONObject) throws(KeyRefusal) -> PublicKey {
    guard try text("crv", of: object) == "Ed25519" else { throw .unsupportedType }
    let x = try bytes("x", of: object)
    guard x.count == 32 else { throw .malformed }
    return try PublicKey(ed25519: x)
  }

  // MARK: - Its members

  private static func text(_ name: ExactString, of object: JSONObject) throws(KeyRefusal) -> ExactString {
    guard let text = object[name]?.string, !text.isEmpty else { throw .malformed }
    return text
  }

  private static func bytes(_ name: ExactString, of object: JSONObject) throws(KeyRefusal) -> [UInt8] {
    do { return try Base64URL.decode(try text(name, of: object).utf8) } catch { throw .malformed }
  }

  /// The members are canonical text, or the key is refused, so that equal keys have equal thumbprints.
  private static func thumbprint(of object: JSONObject, _ names: [ExactString], writing canonical: [ExactString: String] = [:])
    -> SHA256Digest
  {
    let members = names.compactMap { name in
      (canonical[name].map { .string(ExactString($0)) } ?? object[name]).map { JSONObject.Member(name, $0) }
    }
    return SHA256.digest(of: JSONObject(members).encoded())
  }
}
