import COpenSSL
import Digests
import StrictParsers
import Testing

@testable import TokenVerification

/// A fresh key pair of libcrypto that signs tokens as an issuer would, or as one would not.
@safe final class TestSigner: Sendable {
  enum Kind: Hashable, Sendable, CaseIterable {
    case rsa(bits: Int32)
    case ec(EllipticCurve)
    case ed25519

    static let allCases: [Kind] = [.rsa(bits: 2048), .ec(.p256), .ec(.p384), .ed25519]
  }

  let kind: Kind
  private nonisolated(unsafe) let key: OpaquePointer

  static let shared: [Kind: TestSigner] = Dictionary(
    uniqueKeysWithValues: Kind.allCases.compactMap { kind in TestSigner(kind).map { (kind, $0) } })

  /// One key of each kind is made once for all tests.
  static func of(_ algorithm: SignatureAlgorithm) throws -> TestSigner {
    let kind: Kind =
      switch algorithm {
      case .rs256, .rs384, .rs512, .ps256: .rsa(bits: 2048)
      case .es256: .ec(.p256)
      case .es384: .ec(.p384)
      case .edDSA: .ed25519
      }
    return try #require(shared[kind])
  }

  init?(_ kind: Kind) {
    self.kind = kind
    let type =
      switch kind {
      case .rsa: "RSA"
      case .ec: "EC"
      case .ed25519: "ED25519"
      }
    guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, type, nil) else { return nil }
    defer { unsafe EVP_PKEY_CTX_free(context) }
    guard unsafe EVP_PKEY_keygen_init(context) == 1 else { return nil }
    switch kind {
    case .rsa(let bits): guard unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, bits) == 1 else { return nil }
    case .ec(let curve): guard unsafe EVP_PKEY_CTX_set_group_name(context, curve.rawValue) == 1 else { return nil }
    case .ed25519: break
    }
    var key: OpaquePointer?
    guard unsafe EVP_PKEY_generate(context, &key) == 1, let key = unsafe key else { return nil }
    unsafe self.key = key
  }

  deinit { unsafe EVP_PKEY_free(key) }

  // MARK: - The public half

  /// The members of the JWK, `kid` first.
  func jwk(id: String?, adding more: [JSONObject.Member] = []) throws -> JSONObject {
    var members = id.map { [JSONObject.Member("kid", .string(ExactString($0)))] } ?? []
    switch kind {
    case .rsa:
      members += [text("kty", "RSA"), try number("n", "n"), try number("e", "e")]
    case .ec(let curve):
      members += [text("kty", "EC"), text("crv", curve.rawValue)]
      members += [try number("x", "qx", length: curve.fieldLength), try number("y", "qy", length: curve.fieldLength)]
    case .ed25519:
      var bytes = [UInt8](repeating: 0, count: 32)
      var count = bytes.count
      try must(unsafe EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1)
      members += [text("kty", "OKP"), text("crv", "Ed25519"), text("x", Base64URL.encode(bytes))]
    }
    let replaced = Set(more.map(\.name))
    return JSONObject(members.filter { !replaced.contains($0.name) } + more)
  }

  private func text(_ name: ExactString, _ value: String) -> JSONObject.Member { .init(name, .string(ExactString(value))) }

  private func number(_ name: ExactString, _ parameter: String, length: Int? = nil) throws -> JSONObject.Member {
    var number: OpaquePointer?
    try must(unsafe EVP_PKEY_get_bn_param(key, parameter, &number) == 1)
    defer { unsafe BN_free(number) }
    let fewest = (unsafe Int(BN_num_bits(number)) + 7) / 8
    var bytes = [UInt8](repeating: 0, count: length ?? fewest)
    try must(unsafe BN_bn2binpad(number, &bytes, Int32(bytes.count)) >= 0)
    return text(name, Base64URL.encode(bytes))
  }

  // MARK: - Signing

  /// A signature in the form of JWS.
  func sign(_ bytes: [UInt8], with algorithm: SignatureAlgorithm, saltLength: Int32 = RSA_PSS_SALTLEN_DIGEST) throws -> [UInt8] {
    let digest: String? =
      switch algorithm {
      case .rs256, .ps256, .es256: "SHA256"
      case .rs384, .es384: "SHA384"
      case .rs512: "SHA512"
      case .edDSA: nil
      }
    guard let context = unsafe EVP_MD_CTX_new() else { throw SigningFailed() }
    defer { unsafe EVP_MD_CTX_free(context) }
    var parameters: OpaquePointer?
    try must(unsafe EVP_DigestSignInit_ex(context, &parameters, digest, nil, nil, key, nil) == 1)
    if algorithm == .ps256 {
      try must(unsafe EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1)
      try must(unsafe EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, saltLength) == 1)
    }
    var signature = [UInt8](repeating: 0, count: 2048)
    var count = signature.count
    try must(unsafe EVP_DigestSign(context, &signature, &count, bytes, bytes.count) == 1)
    signature.removeLast(signature.count - count)
    guard case .ec(let curve) = kind else { return signature }
    return try raw(signature, length: curve.fieldLength)
  }

  /// r and s, each at the length of the field.
  private func raw(_ der: [UInt8], length: Int) throws -> [UInt8] {
    let parsed = unsafe der.withUnsafeBufferPointer { bytes in
      var position = bytes.baseAddress
      return unsafe d2i_ECDSA_SIG(nil, &position, bytes.count)
    }
    guard let parsed = unsafe parsed else { throw SigningFailed() }
    defer { unsafe ECDSA_SIG_free(parsed) }
    var r = [UInt8](repeating: 0, count: length)
    var s = r
    try must(unsafe BN_bn2binpad(ECDSA_SIG_get0_r(parsed), &r, Int32(length)) >= 0)
    try must(unsafe BN_bn2binpad(ECDSA_SIG_get0_s(parsed), &s, Int32(length)) >= 0)
    return r + s
  }

  private struct SigningFailed: Error {}

  private func must(_ succeeded: Bool) throws { if !succeeded { throw SigningFailed() } }

  /// A compact JWS over exactly these two JSON texts.
  func token(header: String, payload: String, algorithm: SignatureAlgorithm) throws -> [UInt8] {
    let signed = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(Array(payload.utf8))
    return Array("\(signed).\(Base64URL.encode(try sign(Array(signed.utf8), with: algorithm)))".utf8)
  }
}

/// A JWK set of these keys.
func jwks(_ keys: [JSONObject]) -> [UInt8] { JSONObject([.init("keys", .array(keys.map { .object($0) }))]).encoded() }
