import RegistryProtocols
import StrictParsers
import TokenVerification

/// A key for one crate: the token stands in the head, the crate in the path, the answer is the key and nothing more.
struct DepotKeys: TokenEndpoint {
  let purpose: TokenPurpose
  let bodyLimit = 0
  private let package: ExactString?

  init(_ purpose: TokenPurpose, package: ExactString?) {
    self.purpose = purpose
    self.package = package
  }

  func request(_ request: RoutedRequest, body: [UInt8]) throws(CredentialRefusal) -> TokenRequest {
    let tokens = request.head.fields.values(named: DepotProtocol.keyField)
    guard tokens.count < 2 else { throw .repeated }
    guard let token = tokens.first else { throw .missing(challenged: false) }
    return TokenRequest(token: Array(token), package: package)
  }

  func issued(_ token: IssuedToken) -> LocalResponse {
    LocalResponse(
      status: 201, reason: "Created", contentType: "text/plain", body: token.token.exposedText,
      fields: [(name: "cache-control", value: "no-store"), (name: "x-depot-until", value: String(token.expiry.seconds))])
  }

  func revoked() -> LocalResponse { LocalResponse(status: 204, reason: "No Content", contentType: "text/plain", body: []) }

  func refused(_ refusal: ClientRefusal) -> LocalResponse {
    LocalResponse(status: 400, reason: refusal.reason, contentType: "text/plain", body: Array("no key: \(refusal.code)".utf8))
  }
}
