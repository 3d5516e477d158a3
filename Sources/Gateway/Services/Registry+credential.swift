import NIOCore
import PublisherPolicy
import RegistryClient
import RegistryProtocols
import StrictParsers

extension Registry {
  /// For a challenge, and for a token: a client's upload waits for both.
  private static let tokenPatience = TimeAmount.seconds(10)

  /// What a request about a subject bears: the service credential, or a token of the registry's own service; `nil` if the registry wants none.
  ///
  /// - Parameter request: The client's, which brings about the one to the registry.
  func credential(
    for subject: ReadSubject, _ request: RoutedRequest, under permit: CredentialPermit, _ connector: UpstreamConnector,
    on eventLoop: any EventLoop
  ) async throws(UpstreamFailure) -> ServiceCredential? {
    let current = try await credential.current()
    guard let known = current, let tokens else { return current }
    let scopes = `protocol`.tokenScopes(of: subject, for: request)
    return try await tokens.service.credential(for: scopes, by: known, under: permit) { [self] request async throws(UpstreamFailure) in
      let place =
        switch request.place {
        case .registry: origin
        case .service: tokens.origin ?? origin
        }
      let connection = try await connector.connect(to: place, on: eventLoop)
      let deadline = NIODeadline.now() + Self.tokenPatience
      _ = try await connection.send(.byteBuffer(ByteBuffer(bytes: request.head.bytes)))
      let head = try await connection.answerHead(to: .get, by: deadline)
      if request.isRefused(by: head.status) { connector.gateway.noteRefusedCredential(of: self, status: head.status) }
      return TokenServiceAnswer(
        head, body: try await connection.collectBody(upTo: TokenServiceRequest.largestAnswer, by: deadline, in: nil))
    }
  }

  /// Forgets a credential that the registry has refused, if it is a token. False if it is not.
  func forgetToken(_ credential: ServiceCredential?) -> Bool {
    guard let tokens, let credential else { return false }
    tokens.service.forget(credential)
    return true
  }
}
