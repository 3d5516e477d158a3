/// A request's head that says one thing to every reader: its framing, its host and its target are beyond doubt.
///
/// Only `RequestHeadParser` makes one.
package final class RequestHead: Sendable {
  package let method: HTTPMethod
  package let target: RequestTarget
  package let version: HTTPVersion
  package let fields: HeaderFields
  /// Never `untilClose`.
  package let framing: BodyFraming
  /// From the Host field, whose value as it came is among the fields.
  package let host: HostName
  /// Whether another request may follow on this connection. Never in HTTP/1.0 (RFC 9112, section 9.3, on proxies).
  package let keepAlive: Bool
  /// Whether the client waits for a 100 before it sends its body (RFC 9110, section 10.1.1).
  package let expectsContinue: Bool

  init(
    method: HTTPMethod, target: RequestTarget, version: HTTPVersion, fields: HeaderFields, framing: BodyFraming, host: HostName,
    keepAlive: Bool, expectsContinue: Bool
  ) {
    self.method = method
    self.target = target
    self.version = version
    self.fields = fields
    self.framing = framing
    self.host = host
    self.keepAlive = keepAlive
    self.expectsContinue = expectsContinue
  }

  /// The bytes of the whole head.
  package var byteCount: Int { fields.head.count }

  /// Whether a body is announced, even one of no bytes.
  package var announcesBody: Bool { framing != .none }
}
