import Configuration
import Digests
import NIOCore
import NIOPosix
import RegistryProtocols
import StrictParsers
import TestSupport
import Testing

@testable import Gateway

@Suite("The spool of an upload", .timeLimit(.minutes(10))) struct ArtifactSpoolTests {
  /// Appends the pieces to a spool on a connection's loop.
  private static func spooled(
    _ pieces: [String], _ limits: Limits, _ gateway: GatewayServices, on bytes: isolated ByteChannel
  ) async throws -> Result<SpooledArtifact, SpoolRefusal> {
    let resources = try RequestResources(gateway.budgets, headBytes: 1)
    let body = RequestBody(
      of: try RequestHead.sample("POST /", ["Content-Length: 1"]), on: bytes, limits: limits, resources: resources)
    let spool = ArtifactSpool(of: body, for: .unverified, limits, in: gateway.budgets.spool, gateway.threads, hashing: [])
    do throws(SpoolRefusal) {
      for piece in pieces {
        try spool.take(ByteBuffer(string: piece))
        if spool.mustFlush { try await spool.flush() }
      }
      let artifact = try await spool.finish()
      // What is in a file counts in no memory.
      switch artifact.storage {
      case .memory: #expect(gateway.budgets.memory.used == 1 + Int64(artifact.count))
      case .file: #expect(gateway.budgets.memory.used == 1)
      }
      return .success(artifact)
    } catch {
      return .failure(error)
    }
  }

  private static func limits(memory: Int, folder: String) -> Limits {
    var limits = Limits()
    limits.spoolMemory = memory
    limits.spoolDirectory = folder
    return limits
  }

  @Test(
    "is memory as long as the upload is small, and a file after that",
    arguments: [
      (["hello"], false), (["hello", " "], false), (["hello", " ", "world"], true), (["hello world"], true), ([], false),
      (["hello w", "orld", " and more", String(repeating: "x", count: 3 << 20), "end"], true),
    ] as [([String], Bool)])
  func storage(pieces: [String], isFile: Bool) async throws {
    let (folder, gateway) = (try TemporaryFolder(), try GatewayServices.sample())
    try await Loopback.withConnection { pair in
      let artifact = try await Self.spooled(pieces, Self.limits(memory: 6, folder: folder.path), gateway, on: pair.accepted).get()
      let whole = Array(pieces.joined().utf8)
      #expect(artifact.count == whole.count)
      #expect(try artifact.read(at: 0, count: whole.count) == whole)
      #expect(artifact.digests.sha256 == SHA256.digest(of: whole))
      #expect(gateway.budgets.spool.used == Int64(whole.count))
      switch artifact.storage {
      case .memory: #expect(!isFile)
      case .file: #expect(isFile)
      }
    }
    #expect(gateway.budgets.spool.used == 0)
    #expect(gateway.budgets.memory.used == 0)
  }

  @Test("is refused where its folder is not there")
  func unavailable() async throws {
    let gateway = try GatewayServices.sample()
    try await Loopback.withConnection { pair in
      let found = try await Self.spooled(["hello"], Self.limits(memory: 0, folder: "/nonexistent"), gateway, on: pair.accepted)
      #expect(throws: SpoolRefusal.unavailable) { try found.get() }
    }
    #expect(gateway.budgets.spool.used == 0)
  }

  @Test(
    "is refused where its share of the spool or of the memory is full", arguments: [("spool_unverified", "4B"), ("memory_total", "1MiB")])
  func full(key: String, value: String) async throws {
    let sample = SettingsSample(top: "server: {limits: {\(key): \(value)}}")
    let gateway = try GatewayServices.sample(sample)
    let piece = String(repeating: "x", count: key == "memory_total" ? 300 << 10 : 5)
    try await Loopback.withConnection { pair in
      let found = try await Self.spooled([piece], Self.limits(memory: 1 << 30, folder: "/nonexistent"), gateway, on: pair.accepted)
      #expect(throws: SpoolRefusal.full(.share(.unverified))) { try found.get() }
    }
    #expect(gateway.budgets.spool.used == 0)
  }
}
