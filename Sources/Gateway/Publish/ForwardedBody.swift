import Digests
import NIOCore
import RegistryProtocols
import StrictParsers

/// An upload's body on its way to the registry.
protocol ForwardedBody {
  var contentType: ArraySlice<UInt8>? { get }
  var framing: BodyFraming { get }
  /// Whether all that was sent of it can be sent once more.
  var canBeSentAgain: Bool { get }

  /// Sends it behind `head`, which the grant of this moment allows. False where the registry has answered, or gone, before it was sent everything.
  func send(behind head: UpstreamHead, on upstream: UpstreamConnection) async throws(Refusal) -> Bool
}

/// A body of which every byte is at hand.
struct WholeBody: ForwardedBody {
  /// What one system call sends of a spooled artifact, so that an early answer is noticed between two of them.
  private static let sendfileBytes = 1 << 20

  let contentType: ArraySlice<UInt8>?
  let segments: [BodySegment]
  let artifact: SpooledArtifact

  private var prefix: [UInt8] { segments.first?.bytes ?? [] }
  private var suffix: [UInt8] { segments.count > 1 ? segments.last?.bytes ?? [] : [] }

  var framing: BodyFraming { .length(Int64(prefix.count + artifact.count + suffix.count)) }
  var canBeSentAgain: Bool { true }

  func send(behind head: UpstreamHead, on upstream: UpstreamConnection) async throws(Refusal) -> Bool {
    do throws(UpstreamFailure) { return try await sendAll(behind: head, on: upstream) } catch { throw .upstream(error) }
  }

  private func sendAll(behind head: UpstreamHead, on upstream: UpstreamConnection) async throws(UpstreamFailure) -> Bool {
    var beginning = ByteBuffer(bytes: head.bytes)
    beginning.writeBytes(prefix)
    switch artifact.storage {
    case .memory(let bytes): beginning.writeImmutableBuffer(bytes)
    case .file(let file):
      guard try await upstream.send(.byteBuffer(beginning)) == .taken else { return false }
      beginning = ByteBuffer()
      for start in stride(from: 0, to: artifact.count, by: Self.sendfileBytes) {
        let region = FileRegion(fileHandle: file.handle, readerIndex: start, endIndex: min(start + Self.sendfileBytes, artifact.count))
        if start > 0 {
          // A registry that reads as fast as this is written never makes it wait.
          await upstream.bytes.yieldToEvents()
          if await upstream.bytes.hasInput { return false }
        }
        guard try await upstream.send(.fileRegion(region)) == .taken else { return false }
      }
    }
    beginning.writeBytes(suffix)
    // Whether the answer to the last bytes came before or after the socket had taken them is for `flush` to say.
    if beginning.readableBytes > 0 { _ = try await upstream.send(.byteBuffer(beginning)) }
    return try await upstream.flush() == .taken
  }
}

/// A body that is sent as it comes from the client, hashed on the way.
final class StreamedBody: ForwardedBody {
  private let body: RequestBody
  private let limits: Limits
  let contentType: ArraySlice<UInt8>?
  let framing: BodyFraming
  private let digest: StreamDigest?
  /// What was received and is to be sent behind the head, once more where that is tried: the first piece, and what follows while it is little.
  private var kept = ByteBuffer()
  private var receivedBytes = 0
  private let memory: Reservation
  /// What was sent whole; `nil` until then.
  private(set) var artifact: (size: Int64, digest: SHA256Digest?)?

  /// Waits for the body's first bytes: the registry sees nothing of an upload that never begins.
  init(of pipeline: PublishPipeline) async throws(Refusal) {
    body = pipeline.body
    limits = pipeline.configuration.settings.server.limits
    contentType = pipeline.contentType
    framing = pipeline.head.framing
    memory = body.resources.memory
    digest = pipeline.registry.settings.digest == .sha256 ? StreamDigest(memory) : nil
    if let first = try await receive() { try keep(first) }
  }

  var canBeSentAgain: Bool { receivedBytes <= limits.spoolMemory }

  func send(behind head: UpstreamHead, on upstream: UpstreamConnection) async throws(Refusal) -> Bool {
    var beginning = ByteBuffer(bytes: head.bytes)
    beginning.writeImmutableBuffer(kept)
    guard try await send(beginning, on: upstream) else { return false }
    while let piece = try await receive() {
      if canBeSentAgain { try keep(piece) } else { forget() }
      try count(piece)
      defer { memory.shrink(by: piece.readableBytes) }
      guard try await send(piece, on: upstream) else { return false }
    }
    if framing == .chunked { _ = try await send(ByteBuffer(string: "0\r\n\r\n"), on: upstream) }
    let isWhole = try await Refusal.wrap(Refusal.upstream) { () async throws(UpstreamFailure) in try await upstream.flush() == .taken }
    if isWhole { artifact = (body.bytesReceived, await digest?.finish()) }
    return isWhole
  }

  private func keep(_ piece: ByteBuffer) throws(Refusal) {
    try count(piece)
    kept.writeImmutableBuffer(piece)
  }

  private func forget() {
    memory.shrink(by: kept.readableBytes)
    kept = ByteBuffer()
  }

  private func count(_ piece: ByteBuffer) throws(Refusal) {
    do throws(SharedBudget.Shortage) { try memory.grow(by: piece.readableBytes) } catch { throw .body(.noMemory(error)) }
  }

  /// The next piece, framed as the registry will see it; `nil` behind the last one.
  private func receive() async throws(Refusal) -> ByteBuffer? {
    let chunk = try await Refusal.wrap(Refusal.body) { () async throws(BodyRefusal) in try await body.next() }
    guard let chunk else { return nil }
    receivedBytes += chunk.readableBytes
    await digest?.update(chunk)
    return framing == .chunked ? chunk.asHTTPChunk : chunk
  }

  private func send(_ piece: ByteBuffer, on upstream: UpstreamConnection) async throws(Refusal) -> Bool {
    do throws(UpstreamFailure) { return try await upstream.send(.byteBuffer(piece)) == .taken } catch { throw .upstream(error) }
  }
}

extension BodySegment {
  fileprivate var bytes: [UInt8]? { if case .bytes(let bytes) = self { bytes } else { nil } }
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
