import NIOCore
import Synchronization

/// Idle connections to registries, each kept on the event loop on which it was made.
///
/// A connection comes back only after an exactly framed answer. Bytes that arrive while it idles are an answer to nothing: the connection is dropped,
/// and that registry's connections are not kept any more.
final class UpstreamPool: Sendable {
  private static let idleLimit = 32
  private static let idleTime = TimeAmount.seconds(30)

  struct PoolKey: Hashable {
    let origin: UpstreamOrigin.Key
    let eventLoop: ObjectIdentifier
  }

  private typealias Idle = (bytes: ByteChannel, slot: Reservation?)

  private struct State {
    var idle: [PoolKey: [Idle]] = [:]
    var distrusted: Set<UpstreamOrigin.Key> = []

    mutating func take(_ key: PoolKey) -> (ByteChannel, Reservation?, isTrusted: Bool)? {
      idle[key]?.popLast().map { ($0.bytes, $0.slot, !distrusted.contains(key.origin)) }
    }
  }

  private let state = Mutex(State())

  /// An idle connection to `origin` on this event loop, which is the caller's.
  func take(_ origin: UpstreamOrigin.Key, on eventLoop: any EventLoop) -> (ByteChannel, Reservation?)? {
    let key = PoolKey(origin: origin, eventLoop: ObjectIdentifier(eventLoop))
    while let (bytes, slot, isTrusted) = state.withLock({ $0.take(key) }) {
      slot?.onGiveWay(nil)
      let isUsable = bytes.onLoop { bytes in
        bytes.observe(by: nil)
        bytes.clearDeadline()
        return isTrusted && !bytes.hasInput && bytes.channel.isActive
      }
      if isUsable { return (bytes, slot) }
      bytes.onLoop { $0.abort() }
    }
    return nil
  }

  /// Takes back a connection whose last answer was exactly framed and which may serve another request.
  func giveBack(_ connection: UpstreamConnection, to origin: UpstreamOrigin.Key) {
    connection.giveBack()
    let bytes = connection.bytes
    if bytes.onLoop({ $0.hasInput }) { return surprise(bytes, from: origin) }
    let key = PoolKey(origin: origin, eventLoop: ObjectIdentifier(bytes.channel.eventLoop))
    let kept = state.withLock { state in
      guard !state.distrusted.contains(origin), state.idle[key, default: []].count < Self.idleLimit else { return false }
      state.idle[key, default: []].append((bytes, connection.slot))
      return true
    }
    guard kept else { return bytes.onLoop { $0.abort() } }
    connection.slot?.onGiveWay { [weak self] in
      guard let self else { return }
      bytes.channel.eventLoop.execute { self.drop(bytes, from: key) }
    }
    let observer = NIOLoopBound<any ByteChannelObserver>(IdleConnection(bytes, of: self, key), eventLoop: bytes.channel.eventLoop)
    bytes.onLoop { bytes in
      bytes.observe(by: observer)
      bytes.setDeadline(.now() + Self.idleTime)
    }
  }

  /// Closes a connection if it is idle. Call it on its event loop.
  fileprivate func drop(_ bytes: ByteChannel, from key: PoolKey) {
    if remove(bytes, from: key) { bytes.onLoop { $0.abort() } }
  }

  /// False if it was not idle.
  fileprivate func remove(_ bytes: ByteChannel, from key: PoolKey) -> Bool {
    state.withLock { state in
      guard let index = state.idle[key]?.firstIndex(where: { $0.bytes === bytes }) else { return false }
      state.idle[key]?.remove(at: index)
      return true
    }
  }

  func distrust(_ origin: UpstreamOrigin.Key) { _ = state.withLock { $0.distrusted.insert(origin) } }

  fileprivate func surprise(_ bytes: ByteChannel, from origin: UpstreamOrigin.Key) {
    if bytes.onLoop({ !$0.hasEnded }) { distrust(origin) }
    bytes.onLoop { $0.abort() }
  }
}

/// A connection that waits for its next request.
private final class IdleConnection: ByteChannelObserver {
  private let bytes: ByteChannel
  private weak var pool: UpstreamPool?
  private let key: UpstreamPool.PoolKey

  init(_ bytes: ByteChannel, of pool: UpstreamPool, _ key: UpstreamPool.PoolKey) {
    self.bytes = bytes
    self.pool = pool
    self.key = key
  }

  func inputArrived() {
    _ = pool?.remove(bytes, from: key)
    pool?.surprise(bytes, from: key.origin)
  }

  func deadlinePassed() { pool?.drop(bytes, from: key) }

  func connectionClosed() { _ = pool?.remove(bytes, from: key) }

  func outputTaken() {}
  func displaced() {}
}
