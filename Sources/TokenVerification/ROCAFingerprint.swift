/// The mark of RSA keys that a faulty library of Infineon made and that can be factored (CVE-2017-15361).
///
/// Their primes, and so their moduli, are powers of 65537 modulo each of these small primes; of other moduli one in 2^27 is.
/// Nemec et al., "The Return of Coppersmith's Attack", ACM CCS 2017, section 2.4.
enum ROCAFingerprint {
  private static let primes: [UInt32] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137,
    139,
    149, 151, 157, 163, 167,
  ]

  static func marks(_ modulus: [UInt8]) -> Bool {
    primes.allSatisfy { prime in
      let remainder = modulus.reduce(into: 0 as UInt32) { $0 = ($0 << 8 | UInt32($1)) % prime }
      var power: UInt32 = 1
      for _ in 1..<prime {
        if power == remainder { return true }
        power = power * 65537 % prime
      }
      return false
    }
  }
}
