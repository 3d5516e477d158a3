import Digests
import NIOCore
import RegistryProtocols
import StrictParsers
import TestSupport
import Testing

@testable import Gateway

@Suite("An artifact that has arrived whole") struct SpooledArtifactTests {
  private static let budget = SharedBudget(.init(total: 100, publisher: 100, unverified: 100), slowness: 1)

  private static func artifact(inFile: Bool, count: Int = 11) throws -> (SpooledArtifact, TemporaryFolder) {
    var bytes = ByteBuffer(string: "--hello world")
    bytes.moveReaderIndex(forwardBy: 2)
    let folder = try TemporaryFolder()
    let storage: SpooledArtifact.Storage
    if inFile {
      let file = try TemporaryFile(in: folder.path)
      try file.write(bytes.readableBytesView, at: 0)
      storage = .file(file)
    } else {
      storage = .memory(bytes)
    }
    var hasher = ArtifactHasher([])
    hasher.update(bytes.readableBytesSpan)
    let artifact = SpooledArtifact(
      storage: storage, count: count, digests: hasher.finalize(), reservation: budget.reservation(for: .unverified))
    return (artifact, folder)
  }

  @Test(
    "is read at any place within it", arguments: [true, false],
    [(0, 11, "hello world"), (6, 5, "world"), (4, 3, "o w"), (11, 0, ""), (0, 0, "")])
  func read(inFile: Bool, place: (offset: Int, count: Int, expected: String)) throws {
    let (artifact, folder) = try Self.artifact(inFile: inFile)
    let read = try artifact.read(at: place.offset, count: place.count)
    withExtendedLifetime(folder) { #expect(text(read) == place.expected) }
  }

  @Test(
    "is read nowhere else", arguments: [true, false],
    [(-1, 1), (0, -1), (0, 12), (11, 1), (12, 0), (1, .max), (.max, 1), (.max, .max)] as [(Int, Int)])
  func outside(inFile: Bool, place: (offset: Int, count: Int)) throws {
    let (artifact, folder) = try Self.artifact(inFile: inFile)
    #expect(throws: UnreadableBytes.self) { try artifact.read(at: place.offset, count: place.count) }
    withExtendedLifetime(folder) {}
  }

  @Test("can't be read where fewer bytes are kept than it has", arguments: [true, false])
  func short(inFile: Bool) throws {
    let (artifact, folder) = try Self.artifact(inFile: inFile, count: 20)
    #expect(throws: UnreadableBytes.self) { try artifact.read(at: 5, count: 10) }
    withExtendedLifetime(folder) {}
  }
}
