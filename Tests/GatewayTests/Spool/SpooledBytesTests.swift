import Configuration
import Digests
import NIOCore
import StrictParsers
import TestSupport
import Testing

@testable import Gateway

@Suite("The spool of an artifact") struct SpooledBytesTests {
  private static func settings(_ limits: String) -> SettingsSample {
    var settings = SampleUpload.streamed.settings
    settings.top = "server: {limits: {\(limits)}}"
    return settings
  }

  private static func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) } }

  /// Spools bytes in pieces, and reads them back.
  private static func spool(
    _ bytes: [UInt8], by size: Int, in gateway: GatewayServices, _ digests: Set<ArtifactDigest> = [], _ resources: RequestResources? = nil
  ) async throws -> (SpooledArtifact, isFile: Bool) {
    let sample = try await SampleConnection.open()
    let limits = gateway.configuration.settings.server.limits
    let body = RequestBody(
      of: try PublishSample.head("PUT /f HTTP/1.1", "Content-Length: 0"), on: sample.bytes, limits: limits,
      resources: try resources ?? RequestResources(gateway.budgets, headBytes: 0))
    let spool = ArtifactSpool(
      of: body, for: .publisher(PublishSample.publisher), limits, in: gateway.budgets.spool, gateway.threads, hashing: digests)
    for start in stride(from: 0, to: bytes.count, by: size) {
      try spool.take(ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)]))
      if spool.mustFlush { try await spool.flush() }
    }
    let artifact = try await spool.finish()
    if case .file = artifact.storage { return (artifact, true) }
    return (artifact, false)
  }

  @Test(
    "keeps every byte, in memory while they are few and in a file after that",
    arguments: [
      (0, 1, false), (1, 1, false), (1024, 100, false), (1025, 1025, true), (5000, 100, true), (3 << 20, 700_000, true),
    ])
  func bytes(count: Int, size: Int, isFile: Bool) async throws {
    let gateway = try SampleGateway(Self.settings("spool_memory: 1KiB")).services
    let bytes = Self.bytes(count)
    let (artifact, wasFile) = try await Self.spool(bytes, by: size, in: gateway, [.md5])
    #expect(wasFile == isFile && artifact.count == count)
    #expect(artifact.digests.sha256 == SHA256.digest(of: bytes) && artifact.digests.md5 != nil)
    #expect(try artifact.read(at: 0, count: count) == bytes)
    if count > 10 { #expect(try artifact.read(at: count - 3, count: 3) == Array(bytes.suffix(3))) }
    for (offset, length) in [(0, count + 1), (count + 1, 0), (-1, 1), (0, -1), (Int.max, Int.max)] {
      #expect(throws: UnreadableBytes.self) { try artifact.read(at: offset, count: length) }
    }
  }

  @Test("counts what it holds until the artifact is gone, and bytes in files not as memory") func budget() async throws {
    let gateway = try SampleGateway(Self.settings("spool_memory: 1KiB")).services
    for (count, inMemory) in [(1000, 1000), (5000, 0)] {
      let resources = try RequestResources(gateway.budgets, headBytes: 0)
      do {
        let (artifact, _) = try await Self.spool(Self.bytes(count), by: count, in: gateway, [], resources)
        #expect(gateway.budgets.spool.used == Int64(count) && gateway.budgets.memory.used == Int64(inMemory))
        withExtendedLifetime((artifact, resources)) {}
      }
      #expect(gateway.budgets.spool.used == 0)
    }
  }

  @Test("is refused where a share, or the disk's folder, has no room") func full() async throws {
    let small = try SampleGateway(Self.settings("spool_total: 4MiB, spool_identity: 1MiB")).services
    await #expect(throws: SpoolRefusal.full(.share(.publisher(PublishSample.publisher)))) {
      _ = try await Self.spool(Self.bytes((1 << 20) + 1), by: 1 << 19, in: small)
    }
    #expect(small.budgets.spool.used == 0)
    var limits = Limits()
    limits.spoolDirectory = "/nonexistent/folder"
    #expect(throws: SpoolRefusal.unavailable) { try TemporaryFile(in: limits.spoolDirectory) }
  }
}
