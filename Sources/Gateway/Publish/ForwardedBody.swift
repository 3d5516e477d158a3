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
  let prefix: [UInt8]
  let artifact: SpooledArtifact
  let suffix: [UInt8]

  var framing: BodyFraming { .length(Int64(prefix.count + artifact.count + suffix.count)) }
  var canBeSentAgain: Bool { true }

  func send(behind head: UpstreamHead, on upstream: UpstreamConnection) async throws(Refusal) -> Bool {
    do throws(UpstreamFailure) { return try await sendAll(behind: head, on: upstream) } catch { throw .upstream(error) }
  }

  private func sendAll(behind head: UpstreamHead, on upstream: UpstreamConnection) async throws(UpstreamFailure) -> Bool {
    guard try await upstream.send(.byteBuffer(ByteBuffer(bytes: head.bytes + prefix))) == .taken else { return false }
    switch artifact.storage {
    case .memory(let bytes):
      guard try await upstream.send(.byteBuffer(bytes)) == .taken else { return false }
    case .file(let file):
      for start in stride(from: 0, to: artifact.count, by: Self.sendfileBytes) {
        let region = FileRegion(fileHandle: file.handle, readerIndex: start, endIndex: min(start + Self.sendfileBytes, artifact.count))
        guard try await upstream.send(.fileRegion(region)) == .taken else { return false }
      }
    }
    // Whether the answer to the last bytes came before or after the socket had taken them is for `flush` to say.
    if !suffix.isEmpty { _ = try await upstream.send(.byteBuffer(ByteBuffer(bytes: suffix))) }
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
  /// As it was framed, from its beginning, while that is little.
  private var sent: [ByteBuffer] = []
  private var sentBytes = 0
  /// What was sent whole; nil until then.
  private(set) var artifact: (size: Int64, digest: SHA256Digest?)?

  init(of flow: PublishFlow) {
    body = flow.body
    limits = flow.configuration.settings.server.limits
    contentType = flow.contentType
    framing = flow.head.framing
    digest = flow.registry.settings.digest == .sha256 ? StreamDigest() : nil
  }

  var canBeSentAgain: Bool { sentBytes <= limits.spoolMemory }

  func send(behind head: UpstreamHead, on upstream: UpstreamConnection) async throws(Refusal) -> Bool {
    guard try await send(ByteBuffer(bytes: head.bytes), on: upstream) else { return false }
    for piece in sent { guard try await send(piece, on: upstream) else { return false } }
    while let chunk = try await Refusal.wrap(Refusal.body, { () async throws(BodyRefusal) in try await body.next() }) {
      await digest?.update(chunk)
      guard try await sendNew(framing == .chunked ? chunk.asHTTPChunk : chunk, on: upstream) else { return false }
    }
    if framing == .chunked { _ = try await sendNew(ByteBuffer(string: "0\r\n\r\n"), on: upstream) }
    let isWhole = try await Refusal.wrap(Refusal.upstream) { () async throws(UpstreamFailure) in try await upstream.flush() == .taken }
    if isWhole { artifact = (body.bytesReceived, await digest?.finish()) }
    return isWhole
  }

  private func sendNew(_ piece: ByteBuffer, on upstream: UpstreamConnection) async throws(Refusal) -> Bool {
    sentBytes += piece.readableBytes
    if canBeSentAgain { sent.append(piece) } else { sent = [] }
    return try await send(piece, on: upstream)
  }

  private func send(_ piece: ByteBuffer, on upstream: UpstreamConnection) async throws(Refusal) -> Bool {
    do throws(UpstreamFailure) { return try await upstream.send(.byteBuffer(piece)) == .taken } catch { throw .upstream(error) }
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
