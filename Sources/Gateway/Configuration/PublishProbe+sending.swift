import Configuration
import NIOCore
import RegistryClient
import RegistryProtocols
import StrictParsers

extension PublishProbe {
  private static let patience = TimeAmount.seconds(10)

  /// The status of the registry's answer to a publish of nothing.
  static func status(
    of registry: Registry, with credential: ServiceCredential?, on connection: UpstreamConnection
  ) async throws(UpstreamFailure) -> Int {
    let probe = registry.settings.protocol.publishProbe
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

  private static func status(
    of request: [UInt8], _ method: HTTPMethod, on connection: UpstreamConnection
  ) async throws(UpstreamFailure) -> Int {
    let deadline = NIODeadline.now() + patience
    _ = try await connection.send(.byteBuffer(ByteBuffer(bytes: request)))
    return try await connection.answerHead(to: method, by: deadline).status
  }
}
