import COpenSSL

/// libcrypto could not gather enough entropy.
package struct RandomnessUnavailable: Error, Hashable, Sendable {}

/// The process's cryptographic random number generator.
package enum SecureRandom {
  /// Bytes that nobody can foresee.
  package static func bytes(_ count: Int) throws(RandomnessUnavailable) -> [UInt8] {
    guard let length = Int32(exactly: count), length >= 0 else { throw RandomnessUnavailable() }
    var bytes = [UInt8](repeating: 0, count: count)
    let filled = unsafe bytes.withUnsafeMutableBufferPointer { unsafe RAND_bytes($0.baseAddress, length) == 1 }
    guard filled else { throw RandomnessUnavailable() }
    return bytes
  }
}
