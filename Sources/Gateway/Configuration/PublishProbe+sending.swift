import Configuration
import NIOCore
import RegistryClient
import RegistryProtocols
import StrictParsers

extension PublishProbe {
  private static let patience = TimeAmount.seconds(10)

  /// The status of the registry's answer to a publish of nothing.
  static func status(
    of registry: Registry, _ probe: PublishProbe, with credential: ServiceCredential?, on connection: UpstreamConnection
  ) async throws(UpstreamFailure) -> Int {
    let head = UpstreamHead(
      probing: registry.upstreamTarget(probe.path), probe, authority: registry.origin.authority, credential: credential)
    return try await status(of: head.bytes + probe.body, probe.method, on: connection)
  }

  /// The status of the registry's answer to a read without any credential.
  static func status(ofReading target: String, of registry: Registry, on connection: UpstreamConnection) async throws(UpstreamFailure)
    -> Int
  {
    try await status(of: UpstreamHead(readingUnknown: target, authority: registry.openOrigin.authority).bytes, .get, on: connection)
  }

  /// The registry's answer to a read with the service credential, and its body if it is a success.
  static func answer(
    toReading path: ExactString, upTo limit: Int, of registry: Registry, with credential: ServiceCredential?,
    on connection: UpstreamConnection
  ) async throws(UpstreamFailure) -> ExistenceProbe.Answer {
    let probe = PublishProbe(.get, at: path, contentType: nil, body: "", forbidden: .credential)
    let head = UpstreamHead(probing: registry.upstreamTarget(path), probe, authority: registry.origin.authority, credential: credential)
    let deadline = NIODeadline.now() + patience
    _ = try await connection.send(.byteBuffer(ByteBuffer(bytes: head.bytes)))
    let status = try await connection.answerHead(to: .get, by: deadline).status
    let body = limit > 0 && (200..<300).contains(status) ? try await connection.collectBody(upTo: limit, by: deadline, in: nil) : []
    return .init(status: status, location: nil, authority: registry.origin.authority, body: body)
  }

  private static func status(
    of request: [UInt8], _ method: HTTPMethod, on connection: UpstreamConnection
  ) async throws(UpstreamFailure) -> Int {
    let deadline = NIODeadline.now() + patience
    _ = try await connection.send(.byteBuffer(ByteBuffer(bytes: request)))
    return try await connection.answerHead(to: method, by: deadline).status
  }
}
