import Configuration
import NIOSSL

/// What a listener proves to its clients who it is with.
struct ListenerTLS: Sendable {
  let context: NIOSSLContext
  /// Seconds since 1970 of the moment at which the first certificate of the chain expires.
  let notAfter: Int64

  init(_ files: ServerSettings.Certificate) throws(PEMFile.Fault) {
    let chain = try PEMFile.chain(files.certificate)
    let key = try PEMFile.key(files.key)
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    guard let context = try? NIOSSLContext(configuration: configuration) else {
      throw PEMFile.Fault(words: "the key \(files.key) does not belong to the certificate \(files.certificate)")
    }
    self.context = context
    notAfter = chain.map { Int64($0.notValidAfter) }.min() ?? 0
  }
}
