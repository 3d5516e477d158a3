import COpenSSL

/// One digest algorithm of libcrypto's provider, fetched once, since each implicit fetch costs more than hashing a short text.
///
/// libcrypto never changes an EVP_MD after it was fetched, and counts its references atomically.
@safe struct MessageDigest: Sendable {
  nonisolated(unsafe) let algorithm: OpaquePointer

  /// `nil` if the provider lacks the algorithm, as a FIPS provider lacks MD5. Called once an algorithm: what it fetches stays.
  init?(_ name: String) {
    guard let algorithm = unsafe EVP_MD_fetch(nil, name, nil) else { return nil }
    unsafe self.algorithm = algorithm
  }

  /// One call for bytes that are all there. `nil` if libcrypto fails, or if the digest is not `length` bytes long.
  func digest(of bytes: RawSpan, length: Int) -> [UInt8]? {
    var complete = false
    let digest = unsafe [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { output, count in
      var written: UInt32 = 0
      complete = unsafe bytes.withUnsafeBytes { input in
        unsafe EVP_Digest(input.baseAddress, input.count, output.baseAddress, &written, algorithm, nil) == 1
      }
      count = Int(written)
    }
    return complete && digest.count == length ? digest : nil
  }
}

/// A running EVP_MD_CTX with the meaning of a value: a change to one copy is not seen by another.
struct DigestContext: Sendable {
  /// Shared until one of its owners changes it, and then copied first.
  @safe private final class Storage: Sendable {
    nonisolated(unsafe) let context: OpaquePointer

    init?() {
      guard let context = unsafe EVP_MD_CTX_new() else { return nil }
      unsafe self.context = context
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    func copy() -> Storage? {
      guard let copy = Storage(), unsafe EVP_MD_CTX_copy_ex(copy.context, context) == 1 else { return nil }
      return copy
    }
  }

  private var storage: Storage

  init?(_ digest: MessageDigest) {
    guard let storage = Storage(), unsafe EVP_DigestInit_ex2(storage.context, digest.algorithm, nil) == 1 else { return nil }
    self.storage = storage
  }

  /// False if libcrypto fails.
  mutating func update(_ bytes: RawSpan) -> Bool {
    if !isKnownUniquelyReferenced(&storage) {
      guard let copy = storage.copy() else { return false }
      storage = copy
    }
    return unsafe bytes.withUnsafeBytes { unsafe EVP_DigestUpdate(storage.context, $0.baseAddress, $0.count) == 1 }
  }

  /// `nil` if libcrypto fails.
  func finalize() -> [UInt8]? {
    guard let last = storage.copy() else { return nil }
    var complete = false
    let digest = unsafe [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { output, count in
      var written: UInt32 = 0
      complete = unsafe EVP_DigestFinal_ex(last.context, output.baseAddress, &written) == 1
      count = Int(written)
    }
    return complete ? digest : nil
  }
}
