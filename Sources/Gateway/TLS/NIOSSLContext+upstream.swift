import Configuration
import NIOSSL
import Secrets
import StrictParsers

extension NIOSSLContext {
  /// What connections to a registry, or to its token service, are made with.
  ///
  /// - Parameter caFile: The roots that are trusted; `nil` for the system's.
  static func upstream(
    _ authority: String, caFile: String?, _ certificate: UpstreamSettings.ClientCertificate?, _ environment: [String: String]
  ) throws(PEMFile.Fault) -> NIOSSLContext {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    if let file = caFile {
      // What can't be read would only be noticed by each handshake.
      _ = try PEMFile.chain(file)
      configuration.trustRoots = .file(file)
    }
    if let client = certificate {
      configuration.certificateChain = try PEMFile.chain(client.certificate).map { .certificate($0) }
      configuration.privateKey = .privateKey(try key(client.key, environment))
    }
    guard let context = try? NIOSSLContext(configuration: configuration) else {
      throw PEMFile.Fault(words: "the certificates for \(authority) can't be used, or the client's key does not belong to its own")
    }
    return context
  }

  private static func key(_ source: SecretSource, _ environment: [String: String]) throws(PEMFile.Fault) -> NIOSSLPrivateKey {
    let secret: Secret
    do throws(SecretSource.Fault) {
      secret = try source.read(environment)
    } catch {
      throw PEMFile.Fault(words: "the client's key: \(error.explanation)")
    }
    guard let key = secret.withBytes({ try? NIOSSLPrivateKey(bytes: $0, format: .pem) }) else {
      throw PEMFile.Fault(words: "the client's key is not a private key in PEM, or is encrypted")
    }
    return key
  }
}
