import CCurl
import COpenSSL
import Gateway

/// Which program this is, and which libraries of the system it runs with.
enum Versions {
  static var text: String {
    """
    imprimatur \(Gateway.version)
    Swift \(swift)
    \(unsafe String(cString: OpenSSL_version(OPENSSL_VERSION)))
    \(unsafe String(cString: curl_version()))
    """
  }

  private static var swift: String {
    #if compiler(>=6.3)
      "6.3 or later"
    #else
      "6.2"
    #endif
  }
}
