import Configuration
import NIOCore
import NIOPosix
import RegistryProtocols
import StrictParsers
import Testing

@testable import Gateway

@Suite("The segments of a body") struct SegmentSenderTests {
  private static let budgets = Budgets(Limits(), DescriptorLimits(total: 1024))
  private static func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 13 &+ $0 >> 8) } }

  private static func fileArtifact(_ bytes: [UInt8]) throws -> SpooledArtifact {
    let file = try TemporaryFile(in: "/tmp")
    try file.write(ByteBuffer(bytes: bytes).readableBytesView, at: 0)
    let inMemory = PublishSample.artifact(budgets, bytes)
    return SpooledArtifact(
      storage: .file(file), count: bytes.count, digests: inMemory.digests, reservation: budgets.spool.reservation(for: .unverified))
  }

  /// What the segments should become.
  private static func expected(_ segments: [BodySegment], _ artifact: [UInt8]?) -> [UInt8] {
    segments.flatMap { segment in
      switch segment {
      case .bytes(let bytes): bytes
      case .artifact: artifact ?? []
      case .base64Artifact: Array(Base64.encode(artifact ?? []).utf8)
      }
    }
  }

  private static let form: [BodySegment] = [
    .bytes(Array("<".utf8)), .artifact, .bytes(Array("|".utf8)), .base64Artifact, .bytes(Array(">".utf8)),
  ]

  @Test("are as long as they say, and one buffer while they are few and in memory", arguments: [0, 1, 2, 3, 4, 5, 1000])
  func buffer(count: Int) throws {
    let bytes = Self.bytes(count)
    let artifact = PublishSample.artifact(Self.budgets, bytes)
    let expected = Self.expected(Self.form, bytes)
    #expect(Self.form.reduce(0) { $0 + $1.count(artifact) } == Int64(expected.count))
    let whole = try #require(Self.form.buffer(behind: Array("head:".utf8), artifact))
    #expect(Array(whole.readableBytesView) == Array("head:".utf8) + expected)
    #expect(Self.form.buffer(behind: [], try Self.fileArtifact(bytes)) == nil)
    #expect(Self.form.buffer(behind: [], nil).map { Array($0.readableBytesView) } == Array("<|>".utf8))
  }

  @Test("are no buffer once they are large") func large() {
    let artifact = PublishSample.artifact(Self.budgets, Self.bytes((1 << 20) + 1))
    #expect([BodySegment.artifact].buffer(behind: [], artifact) == nil)
    #expect([BodySegment.artifact].buffer(behind: [], PublishSample.artifact(Self.budgets, Self.bytes(1 << 20))) != nil)
  }

  /// Sends segments to a registry of loopback. Returns the body that came, and whether all of it was taken.
  private static func send(
    _ segments: [BodySegment], _ artifact: SpooledArtifact?, to registry: ScriptedRegistry
  ) async throws -> (isWhole: Bool, status: Int) {
    let port = try await registry.start()
    let eventLoop = MultiThreadedEventLoopGroup.singleton.any()
    let key = UpstreamOrigin.Key(
      registry: "r", socket: nil, host: "127.0.0.1", port: port, isTLS: false, caFile: nil, clientCertificate: nil)
    let origin = UpstreamOrigin(key: key, tls: nil, authority: "r", connectTimeout: .seconds(10))
    let connection = UpstreamConnection(try await origin.connect(on: eventLoop), slot: nil, wasReused: false, limits: Limits())
    let count = segments.reduce(0) { $0 + $1.count(artifact) }
    let sender = SegmentSender(segments: segments, artifact: artifact, threads: .singleton)
    let isWhole = try await sender.send(behind: Array("POST / HTTP/1.1\r\nContent-Length: \(count)\r\n\r\n".utf8), on: connection)
    let head = try await connection.answerHead(to: .post, by: .now() + .seconds(60))
    return (isWhole, head.status)
  }

  @Test(
    "reach the registry as they are, from memory and from a file", arguments: [0, 1, 3 << 16, (3 << 16) + 1, (2 << 20) + 5], [false, true])
  func sent(count: Int, isFile: Bool) async throws {
    let bytes = Self.bytes(count)
    let artifact = isFile ? try Self.fileArtifact(bytes) : PublishSample.artifact(Self.budgets, bytes)
    let registry = ScriptedRegistry()
    let (isWhole, status) = try await Self.send(Self.form, artifact, to: registry)
    #expect(isWhole && status == 201)
    #expect(registry.requests.map(\.body) == [Self.expected(Self.form, bytes)])
    registry.stop()
  }

  @Test("are not sent on once the registry has answered", arguments: [BodySegment.artifact, .base64Artifact])
  func early(segment: BodySegment) async throws {
    let artifact = try Self.fileArtifact([UInt8](repeating: 7, count: 64 << 20))
    let registry = ScriptedRegistry(.answerEarly(ScriptedRegistry.response(403, "no")))
    let (isWhole, status) = try await Self.send([segment], artifact, to: registry)
    #expect(!isWhole && status == 403)
    registry.stop()
  }

  @Test("of a chunk are framed by their length") func chunk() {
    #expect(String(buffer: ByteBuffer(string: "sixteen bytes ok").asHTTPChunk) == "10\r\nsixteen bytes ok\r\n")
  }
}
