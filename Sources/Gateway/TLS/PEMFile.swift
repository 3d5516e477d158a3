import Glibc
import NIOSSL
import Observability

/// Certificates and keys in PEM, and in words why a file does not hold them.
enum PEMFile {
  struct Fault: Error {
    let words: String
  }

  /// Never empty; the first is the one that is proven.
  static func chain(_ path: String) throws(Fault) -> [NIOSSLCertificate] {
    try refuseUnreadable(path, "the certificate")
    guard let chain = try? NIOSSLCertificate.fromPEMFile(path), !chain.isEmpty else {
      throw Fault(words: "the certificate \(path) is not a certificate in PEM")
    }
    return chain
  }

  static func key(_ path: String) throws(Fault) -> NIOSSLPrivateKey {
    try refuseUnreadable(path, "the key")
    guard let key = try? NIOSSLPrivateKey(file: path, format: .pem) else {
      throw Fault(words: "the key \(path) is not a private key in PEM, or is encrypted")
    }
    return key
  }

  static func refuseUnreadable(_ path: String, _ what: String) throws(Fault) {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw Fault(words: "\(what) \(path) can't be read: \(SystemError.words(errno))") }
    close(file)
  }
}
