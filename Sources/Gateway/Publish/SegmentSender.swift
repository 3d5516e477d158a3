import NIOCore
import NIOPosix
import RegistryClient
import RegistryProtocols
import StrictParsers

/// Sends a body that is too large to be sent at once, or whose artifact is in a file.
struct SegmentSender: Sendable {
  /// What one system call sends of a spooled artifact, so that an early answer is noticed between two of them.
  private static let sendfileBytes = 1 << 20
  /// A multiple of three, so that the pieces' base64 is that of the whole.
  private static let base64Bytes = 3 << 16

  let segments: [BodySegment]
  let artifact: SpooledArtifact?
  let threads: NIOThreadPool

  /// False where the registry has answered, or gone, before it was sent everything.
  func send(behind head: [UInt8], on upstream: UpstreamConnection) async throws(UpstreamFailure) -> Bool {
    var pending = ByteBuffer(bytes: head)
    for segment in segments {
      switch (segment, artifact) {
      case (.bytes(let bytes), _): pending.writeBytes(bytes)
      case (.artifact, nil), (.base64Artifact, nil): continue
      case (.artifact, let artifact?):
        if case .memory(let bytes) = artifact.storage {
          pending.writeImmutableBuffer(bytes)
          continue
        }
        guard try await upstream.send(.byteBuffer(pending)) == .taken, try await send(artifact, on: upstream) else { return false }
        pending = ByteBuffer()
      case (.base64Artifact, let artifact?):
        guard try await upstream.send(.byteBuffer(pending)) == .taken, try await sendBase64(of: artifact, on: upstream) else {
          return false
        }
        pending = ByteBuffer()
      }
    }
    // Whether the answer to the last bytes came before or after the socket had taken them is for `flush` to say.
    if pending.readableBytes > 0 { _ = try await upstream.send(.byteBuffer(pending)) }
    return try await upstream.flush() == .taken
  }

  private func send(_ artifact: SpooledArtifact, on upstream: UpstreamConnection) async throws(UpstreamFailure) -> Bool {
    guard case .file(let file) = artifact.storage else { return true }
    for start in stride(from: 0, to: artifact.count, by: Self.sendfileBytes) {
      let region = FileRegion(fileHandle: file.handle, readerIndex: start, endIndex: min(start + Self.sendfileBytes, artifact.count))
      if start > 0, await hasAnswered(upstream) { return false }
      guard try await upstream.send(.fileRegion(region)) == .taken else { return false }
    }
    return true
  }

  private func sendBase64(of artifact: SpooledArtifact, on upstream: UpstreamConnection) async throws(UpstreamFailure) -> Bool {
    for start in stride(from: 0, to: artifact.count, by: Self.base64Bytes) {
      let count = min(Self.base64Bytes, artifact.count - start)
      let encoded = try await threads.run(orFail: UpstreamFailure.closed) { () throws(UpstreamFailure) in
        guard let bytes = try? artifact.read(at: start, count: count) else { throw .closed }
        return ByteBuffer(string: Base64.encode(bytes))
      }
      if start > 0, await hasAnswered(upstream) { return false }
      guard try await upstream.send(.byteBuffer(encoded)) == .taken else { return false }
    }
    return true
  }

  /// A registry that reads as fast as this is written never makes it wait.
  private func hasAnswered(_ upstream: UpstreamConnection) async -> Bool {
    await upstream.bytes.yieldToEvents()
    return await upstream.bytes.hasInput
  }
}

extension [BodySegment] {
  /// The whole body behind `head`; `nil` if it is large, or not in memory.
  func buffer(behind head: [UInt8], _ artifact: SpooledArtifact?) -> ByteBuffer? {
    var size: Int64 = 0
    for segment in self { size += segment.count(artifact) }
    guard size <= BodySegment.mostBytesOfWrite else { return nil }
    var buffer = ByteBuffer(bytes: head)
    for segment in self {
      switch (segment, artifact?.storage) {
      case (.bytes(let bytes), _): buffer.writeBytes(bytes)
      case (.artifact, .memory(let kept)?): buffer.writeImmutableBuffer(kept)
      case (.base64Artifact, .memory(let kept)?): buffer.writeString(Base64.encode(kept.readableBytesView))
      case (.artifact, nil), (.base64Artifact, nil): continue
      case (.artifact, .file?), (.base64Artifact, .file?): return nil
      }
    }
    return buffer
  }
}

extension BodySegment {
  /// The largest body that is sent by one write.
  fileprivate static let mostBytesOfWrite: Int64 = 1 << 20

  /// Bytes that it takes in the body.
  func count(_ artifact: SpooledArtifact?) -> Int64 {
    switch self {
    case .bytes(let bytes): Int64(bytes.count)
    case .artifact: Int64(artifact?.count ?? 0)
    case .base64Artifact: (Int64(artifact?.count ?? 0) + 2) / 3 * 4
    }
  }
}

extension ByteBuffer {
  /// Framed as one chunk (RFC 9112, section 7.1).
  var asHTTPChunk: ByteBuffer {
    var chunk = ByteBuffer(string: "\(String(readableBytes, radix: 16))\r\n")
    chunk.reserveCapacity(minimumWritableBytes: readableBytes + 2)
    chunk.writeImmutableBuffer(self)
    chunk.writeStaticString("\r\n")
    return chunk
  }
}
