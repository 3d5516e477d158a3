import CCurl
import COpenSSL
import Gateway
import Observability

/// Which program this is, and which libraries of the system it runs with.
enum Versions {
  static var text: String {
    """
    imprimatur \(Product.version)
    Swift \(swift)
    \(unsafe String(cString: OpenSSL_version(OPENSSL_VERSION)))
    \(unsafe String(cString: curl_version()))
    """
  }

  /// Of the standard library, which does not know its patch release.
  private static var swift: String { "\(_SwiftStdlibVersion.current)".split(separator: ".").prefix(2).joined(separator: ".") }
}
