import NIOCore
import StrictParsers

/// A publish of nothing: who may publish is told that it is empty, who may not is told that.
enum PublishProbe {
  private static let patience = TimeAmount.seconds(10)
  /// Statuses by which a registry says that a credential is missing or is not good enough.
  static let refusing: Set<Int> = [401, 403, 407]

  /// The status of the registry's answer.
  static func status(
    of registry: Registry, with credential: ServiceCredential?, on connection: UpstreamConnection
  ) async throws(UpstreamFailure) -> Int {
    try await status(of: UpstreamHead(probing: registry, with: credential), .post, on: connection)
  }

  /// The status of the registry's answer to a read without any credential.
  static func status(ofReading target: String, of registry: Registry, on connection: UpstreamConnection) async throws(UpstreamFailure)
    -> Int
  {
    try await status(of: UpstreamHead(readingUnknown: target, origin: registry.openOrigin), .get, on: connection)
  }

  private static func status(
    of head: UpstreamHead, _ method: HTTPMethod, on connection: UpstreamConnection
  ) async throws(UpstreamFailure) -> Int {
    let deadline = NIODeadline.now() + patience
    _ = try await connection.send(.byteBuffer(ByteBuffer(bytes: head.bytes)))
    return try await connection.answerHead(to: method, by: deadline).status
  }
}
