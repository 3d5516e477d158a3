import NIOCore
import RegistryProtocols
import StrictParsers

/// A publish of nothing: who may publish is told that it is empty, who may not is told that.
struct PublishProbe: Sendable {
  private static let patience = TimeAmount.seconds(10)
  /// Statuses by which a registry says that a credential is missing or is not good enough.
  static let refusing: Set<Int> = [401, 403, 407]

  let method: HTTPMethod
  let contentType: String?
  let body: [UInt8]

  init(of ecosystem: Ecosystem) {
    switch ecosystem {
    case .pypi:
      // Without its action devpi takes a form for something else, and asks for no credential.
      method = .post
      contentType = "multipart/form-data; boundary=nothing"
      body = Array(
        "--nothing\r\nContent-Disposition: form-data; name=\":action\"\r\n\r\nfile_upload\r\n--nothing--\r\n".utf8)
    case .generic:
      // A folder of files is never patched, but is guarded against that as against other changes; it answers a POST as it answers a read.
      method = .patch
      contentType = nil
      body = []
    }
  }

  /// Whether the answers to a publish of nothing say that the registry refuses the credential.
  ///
  /// - Parameters:
  ///   - known: The status of its answer to the publish with the credential.
  ///   - unknown: The same without any; `nil` if it was not asked.
  static func isRefusal(_ known: Int, unknown: Int?, by ecosystem: Ecosystem) -> Bool {
    switch (known, ecosystem) {
    case (401, _), (407, _), (403, .pypi): true
    // A folder of files may forbid the method to everybody: it tells something only if the credential makes a difference.
    case (403, .generic): unknown == 401 || unknown == 407
    default: false
    }
  }

  /// The status of the registry's answer.
  static func status(
    of registry: Registry, with credential: ServiceCredential?, on connection: UpstreamConnection
  ) async throws(UpstreamFailure) -> Int {
    let probe = PublishProbe(of: registry.settings.ecosystem)
    let head = UpstreamHead(probing: registry, probe, with: credential)
    return try await status(of: head.bytes + probe.body, probe.method, on: connection)
  }

  /// The status of the registry's answer to a read without any credential.
  static func status(ofReading target: String, of registry: Registry, on connection: UpstreamConnection) async throws(UpstreamFailure)
    -> Int
  {
    try await status(of: UpstreamHead(readingUnknown: target, origin: registry.openOrigin).bytes, .get, on: connection)
  }

  private static func status(
    of request: [UInt8], _ method: HTTPMethod, on connection: UpstreamConnection
  ) async throws(UpstreamFailure) -> Int {
    let deadline = NIODeadline.now() + patience
    _ = try await connection.send(.byteBuffer(ByteBuffer(bytes: request)))
    return try await connection.answerHead(to: method, by: deadline).status
  }
}
