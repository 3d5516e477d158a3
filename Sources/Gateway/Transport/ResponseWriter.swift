import NIOCore
import RegistryClient
import RegistryProtocols

/// What becomes of a connection after a request.
enum ConnectionPersistence: Sendable {
  case keepAlive
  case close
  /// The client did not take its answer: nothing more is owed to it.
  case abort
}

/// A response as it is sent, and what becomes of the connection after it.
struct WrittenResponse: Sendable {
  let bytes: ByteBuffer
  let persistence: ConnectionPersistence
}

/// Writes the one response to a request, and says in it whether the connection goes on.
struct ResponseWriter: ~Copyable {
  /// Such a response has neither a body nor its length (RFC 9110, section 8.6).
  private static let noContent = 204

  private let request: RequestContext
  private let closing: Bool

  /// - Parameter keepsAlive: Whether another request may follow: the client wants it, the body was read to its end, and the gateway is not ending.
  init(to request: RequestContext, keepsAlive: Bool) {
    self.request = request
    closing = !keepsAlive
  }

  /// A response of our own.
  consuming func write(_ response: LocalResponse) -> WrittenResponse {
    var head = ResponseHeadWriter(status: response.status, reason: response.reason.utf8)
    let hasContent = response.status != Self.noContent
    if hasContent { head.add("content-type", response.contentType.utf8) }
    for field in response.fields { head.add(field.name, field.value.utf8) }
    if hasContent { head.add("content-length", String(response.body.count).utf8) }
    return finish(head, body: request.isHead || !hasContent ? [] : response.body)
  }

  /// A registry's response.
  consuming func write(_ response: RelayedResponse) -> WrittenResponse {
    var head = ResponseHeadWriter(status: response.status, reason: response.reason)
    for field in response.fields { head.add(field.name, field.value) }
    let hasContent = response.status != Self.noContent
    if hasContent { head.add("content-length", String(response.body.count).utf8) }
    return finish(head, body: hasContent ? response.body : [])
  }

  private consuming func finish(_ head: ResponseHeadWriter, body: [UInt8]) -> WrittenResponse {
    var head = head
    head.finish(requestID: request.id, closing: closing)
    var bytes = ByteBuffer(bytes: head.bytes)
    bytes.writeBytes(body)
    return WrittenResponse(bytes: bytes, persistence: closing ? .close : .keepAlive)
  }
}
