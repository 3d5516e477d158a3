import Glibc
import NIOCore
import NIOPosix
import NIOSSL

/// Why there is no connection to a registry, in words for its operator.
enum ConnectionTrouble {
  static func words(for error: any Error, with origin: UpstreamOrigin) -> String {
    switch error {
    case let error as NIOConnectionError:
      error.connectionErrors.first.map { words(for: $0.error, with: origin) } ?? "the name \(origin.key.host) is not found"
    case let error as IOError: words(forNumber: error.errnoCode, with: origin)
    case ChannelError.connectTimeout(let time): "nothing answers within \(time.nanoseconds / 1_000_000) ms"
    case NIOSSLError.handshakeFailed(let cause): "TLS fails: \(words(for: cause))"
    case let error as NIOSSLExtraError where error == .failedToValidateHostname:
      "TLS fails: the certificate is not one of \(origin.key.host)"
    default: "the connection breaks off"
    }
  }

  private static func words(forNumber number: CInt, with origin: UpstreamOrigin) -> String {
    let place = origin.key.socket ?? origin.authority
    return switch number {
    case ECONNREFUSED: "\(place) refuses the connection"
    case ENOENT: "there is no socket \(place)"
    case EACCES, EPERM: "this user may not connect to \(place)"
    case EHOSTUNREACH, ENETUNREACH: "no way leads to \(place)"
    case ETIMEDOUT: "\(place) does not answer"
    default: "the connection to \(place) fails (errno \(number))"
    }
  }

  /// BoringSSL tells the reason in capital letters at the end of its message.
  private static func words(for error: BoringSSLError) -> String {
    let stack: [BoringSSLInternalError] =
      switch error {
      case .sslError(let stack), .unknownError(let stack), .invalidSNIName(let stack), .failedToSetALPN(let stack): stack
      case .noError, .zeroReturn, .wantRead, .wantWrite, .wantConnect, .wantAccept, .wantX509Lookup, .wantCertificateVerify, .syscallError:
        []
      }
    let message = stack.first?.description ?? ""
    let beginning = message.firstRange(of: "OPENSSL_internal:")?.upperBound
    let reason = beginning.map { message[$0...].prefix { $0.isUppercase || $0.isNumber || $0 == "_" } }
    return switch reason {
    case "CERTIFICATE_VERIFY_FAILED": "no authority that is trusted here vouches for the certificate, or it has expired"
    case "WRONG_VERSION_NUMBER", "HTTP_REQUEST": "the other side does not speak TLS"
    case let reason?: reason.lowercased().replacing("_", with: " ")
    case nil: "the other side ends the handshake"
    }
  }
}
