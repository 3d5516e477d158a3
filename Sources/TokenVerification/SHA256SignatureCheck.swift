import COpenSSL
import Digests

/// A context of libcrypto that checks signatures over SHA-256 digests with one key: it is set up once, which takes a tenth of the time of a signature.
///
/// It is one caller's at a time: `PublicKey` lends it.
@safe final class SHA256SignatureCheck: Sendable {
  private nonisolated(unsafe) let context: OpaquePointer

  /// `nil` if libcrypto refuses the key for the algorithm.
  @unsafe init?(_ key: OpaquePointer, _ algorithm: SignatureAlgorithm) {
    guard let context = unsafe EVP_PKEY_CTX_new_from_pkey(nil, key, nil) else { return nil }
    unsafe self.context = context
    guard unsafe EVP_PKEY_verify_init(context) == 1, unsafe EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1 else { return nil }
    switch algorithm {
    case .rs256:
      guard unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 else { return nil }
    case .ps256:
      // RFC 7518, section 3.5: MGF1 with the same digest (which is the default), the salt as long as the digest.
      guard unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1,
        unsafe EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1
      else { return nil }
    case .es256: break
    case .rs384, .rs512, .es384, .edDSA: return nil
    }
  }

  deinit { unsafe EVP_PKEY_CTX_free(context) }

  /// - Parameter signature: As libcrypto takes it: of ECDSA in DER.
  func verifies(_ signature: [UInt8], over digest: SHA256Digest) -> Bool {
    let digest = digest.bytes
    return unsafe EVP_PKEY_verify(context, signature, signature.count, digest, digest.count) == 1
  }
}
