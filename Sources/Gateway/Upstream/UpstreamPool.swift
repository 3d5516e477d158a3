import NIOCore
import Synchronization

/// Idle connections to registries, each kept on the event loop on which it was made.
///
/// A connection comes back only after an exactly framed answer. Bytes that arrive while it idles are an answer to nothing: the connection is dropped,
/// and that registry's connections are not kept any more.
final class UpstreamPool: Sendable {
  private static let idleLimit = 32
  private static let idleTime = TimeAmount.seconds(30)

  private struct Shelf: Hashable {
    let origin: UpstreamOrigin.Key
    let eventLoop: ObjectIdentifier
  }

  private struct State {
    var idle: [Shelf: [ByteChannel]] = [:]
    var distrusted: Set<UpstreamOrigin.Key> = []
  }

  private let state = Mutex(State())

  /// An idle connection to `origin` on this event loop.
  func take(_ origin: UpstreamOrigin.Key, on eventLoop: any EventLoop) async -> ByteChannel? {
    let shelf = Shelf(origin: origin, eventLoop: ObjectIdentifier(eventLoop))
    while let bytes = state.withLock({ $0.idle[shelf]?.popLast() }) {
      await bytes.surprised(nil)
      if await !bytes.hasInput, bytes.channel.isActive { return bytes }
      await bytes.abort()
    }
    return nil
  }

  /// Takes back a connection whose last answer was exactly framed and which may serve another request.
  func giveBack(_ bytes: ByteChannel, to origin: UpstreamOrigin.Key) async {
    if await bytes.hasInput {
      await surprise(bytes, from: origin)
      return
    }
    let shelf = Shelf(origin: origin, eventLoop: ObjectIdentifier(bytes.channel.eventLoop))
    let kept = state.withLock { state in
      guard !state.distrusted.contains(origin), state.idle[shelf, default: []].count < Self.idleLimit else { return false }
      state.idle[shelf, default: []].append(bytes)
      return true
    }
    guard kept else { return await bytes.abort() }
    await bytes.surprised { [weak self] in
      guard let self else { return }
      state.withLock { $0.idle[shelf]?.removeAll { $0 === bytes } }
      bytes.assumeIsolated { bytes in
        if !bytes.hasEnded { self.distrust(origin) }
        bytes.abort()
      }
    }
    await bytes.watchInput()
    bytes.channel.eventLoop.scheduleTask(in: Self.idleTime) { [weak self] in
      let isIdle = self?.state.withLock { state in
        let before = state.idle[shelf]?.count
        state.idle[shelf]?.removeAll { $0 === bytes }
        return before != state.idle[shelf]?.count
      }
      if isIdle == true { bytes.assumeIsolated { $0.abort() } }
    }
  }

  func distrust(_ origin: UpstreamOrigin.Key) { _ = state.withLock { $0.distrusted.insert(origin) } }

  private func surprise(_ bytes: ByteChannel, from origin: UpstreamOrigin.Key) async {
    if await !bytes.hasEnded { distrust(origin) }
    await bytes.abort()
  }
}
