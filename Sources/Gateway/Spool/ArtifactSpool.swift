import Configuration
import Digests
import NIOCore
import NIOPosix
import RegistryProtocols
import StrictParsers

/// Keeps an artifact while it arrives: in memory as long as it is small, in a nameless temporary file after that; hashed on the way, off the event loop.
final class ArtifactSpool {
  /// What is gathered before the disk is bothered.
  private static let pieceBytes = 1 << 20

  private let limits: Limits
  private let threads: NIOThreadPool
  private var hasher: ArtifactHasher
  private var pending = ByteBuffer()
  private var file: TemporaryFile?
  private var written: Int64 = 0
  /// Its bytes in memory and in files.
  private let reservation: Reservation
  private let memory: Reservation

  /// - Parameter body: whose bytes come in, and whose request gives way if another one needs the room.
  init(
    of body: RequestBody, for share: SharedBudget.Share, _ limits: Limits, in budget: SharedBudget, _ threads: NIOThreadPool,
    hashing digests: Set<ArtifactDigest>
  ) {
    self.limits = limits
    self.threads = threads
    memory = body.resources.memory
    hasher = ArtifactHasher(digests)
    reservation = budget.reservation(for: share)
    reservation.onGiveWay(body.giveWay)
  }

  /// Keeps the next bytes in memory.
  func take(_ bytes: ByteBuffer) throws(SpoolRefusal) {
    do throws(SharedBudget.Shortage) {
      try reservation.grow(by: bytes.readableBytes)
      try memory.grow(by: bytes.readableBytes)
    } catch {
      throw .full(error)
    }
    pending.writeImmutableBuffer(bytes)
  }

  /// Whether so much is in memory that it must go to the disk.
  var mustFlush: Bool { pending.readableBytes > (file == nil ? limits.spoolMemory : Self.pieceBytes) }

  /// The whole artifact; `nil` if some of it is in a file. Nothing can be taken after it.
  func artifactInMemory() -> SpooledArtifact? {
    guard file == nil else { return nil }
    reservation.onGiveWay(nil)
    hasher.update(pending.readableBytesSpan)
    return SpooledArtifact(storage: .memory(pending), count: pending.readableBytes, digests: hasher.finalize(), reservation: reservation)
  }

  /// The whole artifact. Nothing can be taken after it.
  func finish() async throws(SpoolRefusal) -> SpooledArtifact {
    if pending.readableBytes > 0, file != nil { try await flush() }
    guard let file else {
      guard let artifact = artifactInMemory() else { throw .unavailable }
      return artifact
    }
    reservation.onGiveWay(nil)
    return SpooledArtifact(storage: .file(file), count: Int(written), digests: hasher.finalize(), reservation: reservation)
  }

  /// Writes what is in memory to the disk.
  func flush() async throws(SpoolRefusal) {
    let piece = pending
    let offset = written
    let (hashed, file) = try await threads.run(orFail: SpoolRefusal.unavailable) {
      [hasher, file, directory = limits.spoolDirectory] () throws(SpoolRefusal) -> (ArtifactHasher, TemporaryFile) in
      var hasher = hasher
      let written: TemporaryFile
      if let file { written = file } else { written = try TemporaryFile(in: directory) }
      try written.write(piece.readableBytesView, at: offset)
      hasher.update(piece.readableBytesSpan)
      return (hasher, written)
    }
    self.hasher = hashed
    self.file = file
    written += Int64(piece.readableBytes)
    memory.shrink(by: piece.readableBytes)
    pending = ByteBuffer()
  }
}

/// An artifact that has arrived whole. It is gone with the last reference to it.
final class SpooledArtifact: Sendable, RandomAccessBytes {
  enum Storage: Sendable {
    case memory(ByteBuffer)
    case file(TemporaryFile)
  }

  let storage: Storage
  let count: Int
  let digests: ArtifactDigests
  private let reservation: Reservation

  init(storage: Storage, count: Int, digests: ArtifactDigests, reservation: Reservation) {
    self.storage = storage
    self.count = count
    self.digests = digests
    self.reservation = reservation
  }

  /// Blocks where the artifact is a file.
  func read(at offset: Int, count: Int) throws(UnreadableBytes) -> [UInt8] {
    guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else { throw UnreadableBytes(offset: offset) }
    let read: [UInt8]?
    switch storage {
    case .memory(let bytes): read = bytes.getBytes(at: bytes.readerIndex + offset, length: count)
    case .file(let file): read = try? file.read(at: Int64(offset), count: count)
    }
    guard let read, read.count == count else { throw UnreadableBytes(offset: offset) }
    return read
  }
}
