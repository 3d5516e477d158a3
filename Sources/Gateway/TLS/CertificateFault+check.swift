package import Configuration
import NIOSSL
package import Observability
import TokenVerification

extension SettingsFile.Purpose {
  /// To tell all that is wrong, on the machine that serves and at this time.
  package static func checking(at time: Timestamp) -> SettingsFile.Purpose { .checking(at: time, certificates: CertificateFault.all) }
}

extension CertificateFault {
  /// All that the TLS library that serves finds wrong.
  @Sendable static func all(in chain: [UInt8], key: [UInt8]?, at time: UnixTime) -> [CertificateFault] {
    guard let certificates = try? NIOSSLCertificate.fromPEMBytes(chain), let own = certificates.first else { return [.noCertificate] }
    var faults: [CertificateFault] = []
    let start = Int64(own.notValidBefore)
    let end = Int64(own.notValidAfter)
    if end < time.seconds { faults.append(.expired(Timestamp(milliseconds: end * 1000))) }
    if start > time.seconds { faults.append(.early(Timestamp(milliseconds: start * 1000))) }
    guard let key else { return faults }
    guard let parsed = try? NIOSSLPrivateKey(bytes: key, format: .pem) else { return faults + [.noKey] }
    let configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(parsed))
    do { _ = try NIOSSLContext(configuration: configuration) } catch { faults.append(.foreignKey) }
    return faults
  }
}
