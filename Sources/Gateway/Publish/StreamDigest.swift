import Digests
import Dispatch
import NIOCore
import Synchronization

/// The digests of a stream: computed on the spot while it is short, and by another core than the one that moves it once it is long.
final class StreamDigest {
  /// Below this, waking another thread costs more than the hash.
  private static let shortBytes = 64 << 10

  private enum Place {
    case here(ArtifactHasher)
    case elsewhere(HashingThread)
  }

  private var place: Place
  private var count = 0
  private let memory: Reservation

  /// - Parameters:
  ///   - digests: What is computed beside SHA-256.
  ///   - memory: What the bytes that wait to be hashed count in.
  init(_ digests: Set<ArtifactDigest>, _ memory: Reservation) {
    place = .here(ArtifactHasher(digests))
    self.memory = memory
  }

  /// Hashes the next bytes at once. False if there are too many for that: then they are for `update`.
  func hashAtOnce(_ bytes: ByteBuffer) -> Bool {
    guard case .here(var hasher) = place, count + bytes.readableBytes <= Self.shortBytes else { return false }
    count += bytes.readableBytes
    hasher.update(bytes.readableBytesSpan)
    place = .here(hasher)
    return true
  }

  /// Takes the next bytes; it waits only where the hash has fallen far behind.
  func update(_ bytes: ByteBuffer) async {
    switch place {
    case .here(let hasher):
      let thread = HashingThread(continuing: hasher, memory)
      place = .elsewhere(thread)
      await thread.update(bytes)
    case .elsewhere(let thread): await thread.update(bytes)
    }
  }

  /// `nil` if another thread is still computing it.
  var value: ArtifactDigests? {
    switch place {
    case .here(let hasher): hasher.finalize()
    case .elsewhere: nil
    }
  }

  func finish() async -> ArtifactDigests {
    switch place {
    case .here(let hasher): hasher.finalize()
    case .elsewhere(let thread): await thread.finish()
    }
  }
}

/// A hash that is computed in order on a queue of its own.
private final class HashingThread: Sendable {
  /// What may wait to be hashed: it bounds the memory that one upload takes.
  private static let mostBytesWaiting = 2 << 20

  private struct State {
    var hasher: ArtifactHasher
    var bytesWaiting = 0
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let queue = DispatchQueue(label: "digest")
  private let state: Mutex<State>
  private let memory: Reservation

  init(continuing hasher: ArtifactHasher, _ memory: Reservation) {
    state = Mutex(State(hasher: hasher))
    self.memory = memory
  }

  func update(_ bytes: ByteBuffer) async {
    let isCounted: Bool
    do throws(SharedBudget.Shortage) {
      try memory.grow(by: bytes.readableBytes)
      isCounted = true
    } catch {
      isCounted = false
    }
    let isBehind = state.withLock { state in
      state.bytesWaiting += bytes.readableBytes
      return state.bytesWaiting > Self.mostBytesWaiting
    }
    queue.async {
      self.hash(bytes)
      if isCounted { self.memory.shrink(by: bytes.readableBytes) }
    }
    if isBehind { await caughtUp() } else if !isCounted { await idle() }
  }

  /// Returns when all that was given before is hashed.
  private func idle() async { await withCheckedContinuation { continuation in queue.async { continuation.resume() } } }

  func finish() async -> ArtifactDigests {
    await withCheckedContinuation { continuation in
      queue.async { continuation.resume(returning: self.state.withLock { $0.hasher.finalize() }) }
    }
  }

  /// Only the queue changes the hash, so that the lock need not be held while it is computed.
  private func hash(_ bytes: ByteBuffer) {
    var hasher = state.withLock { $0.hasher }
    hasher.update(bytes.readableBytesSpan)
    let waiter = state.withLock { state in
      state.hasher = hasher
      state.bytesWaiting -= bytes.readableBytes
      guard state.bytesWaiting <= Self.mostBytesWaiting else { return nil as CheckedContinuation<Void, Never>? }
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }

  private func caughtUp() async {
    await withCheckedContinuation { continuation in
      let isBehind = state.withLock { state in
        guard state.bytesWaiting > Self.mostBytesWaiting else { return false }
        state.waiter = continuation
        return true
      }
      if !isBehind { continuation.resume() }
    }
  }
}
