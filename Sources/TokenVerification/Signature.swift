import COpenSSL
import Digests
import StrictParsers
import Synchronization

/// A public key of libcrypto, and the only place where signatures are checked.
///
/// The EVP_PKEY is never changed after `init`; libcrypto lets any number of threads verify with one key at a time and guards
/// its internal caches by locks of its own, which is why sharing the pointer is safe.
@safe final class PublicKey: Sendable {
  private nonisolated(unsafe) let key: OpaquePointer
  /// Those that nobody uses at this moment, of each algorithm that hashes by SHA-256.
  private let idleChecks = Mutex<[SignatureAlgorithm: [SHA256SignatureCheck]]>([:])

  /// Both numbers big-endian; the caller has bounded them.
  init(rsaModulus modulus: [UInt8], exponent: [UInt8]) throws(KeyRefusal) {
    var modulus = Self.nativeOrder(modulus)
    var exponent = Self.nativeOrder(exponent)
    let key = unsafe modulus.withUnsafeMutableBufferPointer { modulus in
      unsafe exponent.withUnsafeMutableBufferPointer { exponent in
        unsafe Self.key(
          of: "RSA",
          [
            OSSL_PARAM_construct_BN(Self.name("n"), modulus.baseAddress, modulus.count),
            OSSL_PARAM_construct_BN(Self.name("e"), exponent.baseAddress, exponent.count),
          ])
      }
    }
    guard let key = unsafe key else { throw .libraryRefused }
    unsafe self.key = key
  }

  /// Both coordinates as long as the curve's field.
  init(curve: EllipticCurve, x: [UInt8], y: [UInt8]) throws(KeyRefusal) {
    // SEC 1, section 2.3.3: an uncompressed point. libcrypto refuses one that is not on the curve.
    var point = [0x04] + x + y
    var curve = curve.rawValue.utf8CString
    let key = unsafe curve.withUnsafeMutableBufferPointer { curve in
      unsafe point.withUnsafeMutableBytes { point in
        unsafe Self.key(
          of: "EC",
          [
            OSSL_PARAM_construct_utf8_string(Self.name("group"), curve.baseAddress, 0),
            OSSL_PARAM_construct_octet_string(Self.name("pub"), point.baseAddress, point.count),
          ])
      }
    }
    guard let key = unsafe key else { throw .notOnCurve }
    unsafe self.key = key
  }

  /// 32 bytes (RFC 8032, section 5.1.5).
  init(ed25519 bytes: [UInt8]) throws(KeyRefusal) {
    guard let key = unsafe EVP_PKEY_new_raw_public_key_ex(nil, "ED25519", nil, bytes, bytes.count) else { throw .libraryRefused }
    unsafe self.key = key
  }

  deinit { unsafe EVP_PKEY_free(key) }

  /// Whether the signature, in the form that JWS gives it (RFC 7518, section 3), is this key's over the bytes.
  func verifies(_ signature: [UInt8], over bytes: Span<UInt8>, with algorithm: SignatureAlgorithm) -> Bool {
    let verified =
      switch algorithm {
      case .rs256, .ps256: unsafe check(signature, SHA256.digest(of: bytes.bytes), algorithm)
      case .es256: unsafe check(EllipticCurve.p256.derSignature(raw: signature), SHA256.digest(of: bytes.bytes), algorithm)
      case .rs384: check(signature, bytes, "SHA384")
      case .rs512: check(signature, bytes, "SHA512")
      case .es384: check(EllipticCurve.p384.derSignature(raw: signature), bytes, "SHA384")
      case .edDSA: check(signature, bytes, nil)
      }
    // What libcrypto noted about a stranger's signature must not be found by the next caller on this thread.
    if !verified { ERR_clear_error() }
    return verified
  }

  private func check(_ signature: [UInt8]?, _ digest: SHA256Digest, _ algorithm: SignatureAlgorithm) -> Bool {
    guard let signature, !signature.isEmpty else { return false }
    let idle = idleChecks.withLock { $0[algorithm]?.popLast() }
    guard let check = unsafe idle ?? SHA256SignatureCheck(key, algorithm) else { return false }
    defer { idleChecks.withLock { $0[algorithm, default: []].append(check) } }
    return check.verifies(signature, over: digest)
  }

  private func check(_ signature: [UInt8]?, _ bytes: Span<UInt8>, _ digest: String?) -> Bool {
    guard let signature, !signature.isEmpty, let context = unsafe EVP_MD_CTX_new() else { return false }
    defer { unsafe EVP_MD_CTX_free(context) }
    guard unsafe EVP_DigestVerifyInit_ex(context, nil, digest, nil, nil, key, nil) == 1 else { return false }
    return unsafe bytes.withUnsafeBufferPointer {
      unsafe EVP_DigestVerify(context, signature, signature.count, $0.baseAddress, $0.count) == 1
    }
  }

  /// `parameters` may point into memory that lives only during the call: libcrypto copies.
  @unsafe private static func key(of type: String, _ parameters: [OSSL_PARAM]) -> OpaquePointer? {
    guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, type, nil) else { return nil }
    defer { unsafe EVP_PKEY_CTX_free(context) }
    var parameters = unsafe parameters + [OSSL_PARAM_construct_end()]
    // The macro EVP_PKEY_PUBLIC_KEY, which Swift does not import.
    let selection = OSSL_KEYMGMT_SELECT_ALL_PARAMETERS | OSSL_KEYMGMT_SELECT_PUBLIC_KEY
    var key: OpaquePointer?
    guard unsafe EVP_PKEY_fromdata_init(context) == 1, unsafe EVP_PKEY_fromdata(context, &key, selection, &parameters) == 1 else {
      ERR_clear_error()
      return nil
    }
    return unsafe key
  }

  /// An OSSL_PARAM keeps the pointer to its name, so the name must be static.
  @unsafe private static func name(_ name: StaticString) -> UnsafePointer<CChar> {
    unsafe UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
  }

  /// OSSL_PARAM holds integers in the byte order of the processor.
  private static func nativeOrder(_ bigEndian: [UInt8]) -> [UInt8] { UInt16(1).littleEndian == 1 ? bigEndian.reversed() : bigEndian }
}
