package import Observability
package import TokenVerification

/// Why a certificate and its key can't serve.
package enum CertificateFault: Hashable, Sendable {
  case noCertificate
  case expired(Timestamp)
  case early(Timestamp)
  case noKey
  case foreignKey

  /// Finds all that is wrong with a certificate and its key at a time. The TLS library that serves knows.
  ///
  /// The parameters are the certificates in PEM, the server's or client's own first, and the key in PEM, `nil` if it can't be read, which is for others to
  /// tell.
  package typealias Check = @Sendable (_ chain: [UInt8], _ key: [UInt8]?, _ time: UnixTime) -> [CertificateFault]
}
