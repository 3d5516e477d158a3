import COpenSSL
import StrictParsers

/// A fresh RSA key pair of libcrypto, which signs tokens as a CI system's issuer does.
///
/// The EVP_PKEY is never changed after `init`; libcrypto lets any number of threads sign with one key at a time.
@safe final class SigningKey: Sendable {
  /// libcrypto refused to make the key or the signature.
  struct Failure: Error {}

  private static let bits: Int32 = 2048

  private nonisolated(unsafe) let key: OpaquePointer

  init() throws(Failure) {
    guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, "RSA", nil) else { throw Failure() }
    defer { unsafe EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    guard unsafe EVP_PKEY_keygen_init(context) == 1, unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, Self.bits) == 1,
      unsafe EVP_PKEY_generate(context, &key) == 1, let key = unsafe key
    else { throw Failure() }
    unsafe self.key = key
  }

  deinit { unsafe EVP_PKEY_free(key) }

  /// RS256 (RFC 7518, section 3.3).
  func sign(_ bytes: [UInt8]) throws(Failure) -> [UInt8] {
    guard let context = unsafe EVP_MD_CTX_new() else { throw Failure() }
    defer { unsafe EVP_MD_CTX_free(context) }
    var signature = [UInt8](repeating: 0, count: Int(Self.bits) / 8)
    var count = signature.count
    guard unsafe EVP_DigestSignInit_ex(context, nil, "SHA256", nil, nil, key, nil) == 1,
      unsafe EVP_DigestSign(context, &signature, &count, bytes, bytes.count) == 1
    else { throw Failure() }
    return Array(signature.prefix(count))
  }

  /// The public half (RFC 7517).
  func publicJWK(id: String) throws(Failure) -> JSONObject {
    JSONObject([
      .init("kty", "RSA"), .init("alg", "RS256"), .init("use", "sig"), .init("kid", .string(ExactString(id))),
      .init("n", .string(try number("n"))), .init("e", .string(try number("e"))),
    ])
  }

  private func number(_ name: String) throws(Failure) -> ExactString {
    var number: OpaquePointer?
    guard unsafe EVP_PKEY_get_bn_param(key, name, &number) == 1 else { throw Failure() }
    defer { unsafe BN_free(number) }
    var bytes = [UInt8](repeating: 0, count: (unsafe Int(BN_num_bits(number)) + 7) / 8)
    guard unsafe BN_bn2binpad(number, &bytes, Int32(bytes.count)) >= 0 else { throw Failure() }
    return ExactString(Base64URL.encode(bytes))
  }
}

extension JSONObject.Member {
  init(_ name: ExactString, _ text: ExactString) { self.init(name, .string(text)) }
}
