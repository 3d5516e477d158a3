import NIOCore
import Synchronization

/// The connections that are open, so that the clients' number is bounded, and a shutdown can wait for what runs on them and then end it.
final class OpenConnections: Sendable {
  private struct Client {
    let bytes: ByteChannel
    var isOpen = true
    var isServed = true
  }

  private struct State {
    /// Those whose socket is open, or whose last request is not recorded yet.
    var open: [ObjectIdentifier: Client] = [:]
    /// Those on which no request has begun: a shutdown ends them at once, and a newcomer takes the place of the oldest.
    var idle = IdleQueue()
    /// Those to registries, with or without an exchange on them.
    var upstream: [ObjectIdentifier: ByteChannel] = [:]
    var isDraining = false
    var isOver = false
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  var count: Int { state.withLock { $0.open.count } }
  var upstreamCount: Int { state.withLock { $0.upstream.count } }
  var isDraining: Bool { state.withLock { $0.isDraining } }

  /// Gives a new connection a place until its socket is closed and `endService` was called. False if `limit` places are taken by requests, or none is wanted any more.
  ///
  /// If all places are taken, the connection that idles for the longest time is ended in favour of the new one.
  func admit(_ bytes: ByteChannel, limit: Int) -> Bool {
    let id = ObjectIdentifier(bytes)
    let (isAdmitted, displaced) = state.withLock { state in
      guard !state.isDraining else { return (false, nil as ByteChannel?) }
      var displaced: ByteChannel?
      if state.open.count >= limit {
        guard let oldest = state.idle.popOldest() else { return (false, nil) }
        displaced = state.open[oldest]?.bytes
      }
      state.open[id] = Client(bytes: bytes)
      state.idle.append(id)
      return (true, displaced)
    }
    if isAdmitted { bytes.channel.closeFuture.whenComplete { _ in self.update(bytes) { $0.isOpen = false } } }
    if let displaced { displaced.channel.eventLoop.execute { displaced.onLoop { $0.abort() } } }
    return isAdmitted
  }

  /// A request has begun on it, or has ended.
  func mark(_ bytes: ByteChannel, idle: Bool) {
    state.withLock { state in
      let id = ObjectIdentifier(bytes)
      guard state.open[id] != nil else { return }
      if idle { state.idle.append(id) } else { state.idle.remove(id) }
    }
  }

  /// No request of it will be served any more, and the last one is recorded.
  func endService(of bytes: ByteChannel) { update(bytes) { $0.isServed = false } }

  private func update(_ bytes: ByteChannel, _ change: (inout Client) -> Void) {
    let waiter = state.withLock { state in
      let id = ObjectIdentifier(bytes)
      guard var client = state.open[id] else { return nil as CheckedContinuation<Void, Never>? }
      change(&client)
      state.open[id] = client.isOpen || client.isServed ? client : nil
      if !client.isOpen { state.idle.remove(id) }
      guard state.open.isEmpty else { return nil }
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }

  /// Takes note of a new connection to a registry until it closes. Once the time to finish is over it is ended at once.
  func noteUpstream(_ bytes: ByteChannel) async {
    let isOver = state.withLock { state in
      state.upstream[ObjectIdentifier(bytes)] = bytes
      return state.isOver
    }
    bytes.channel.closeFuture.whenComplete { [weak self] _ in
      self?.state.withLock { $0.upstream[ObjectIdentifier(bytes)] = nil }
    }
    if isOver { await bytes.abort() }
  }

  /// Ends what idles, tells the others that nothing more is wanted, and returns when the last connection has gone.
  func drain() async {
    let (idle, all) = state.withLock { state in
      state.isDraining = true
      return (state.idle.ids.compactMap { state.open[$0]?.bytes }, state.open.values.map(\.bytes))
    }
    for bytes in idle { await bytes.abort() }
    for bytes in all where !bytes.isStream { bytes.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
    await withCheckedContinuation { continuation in
      let isEmpty = state.withLock { state in
        if !state.open.isEmpty { state.waiter = continuation }
        return state.open.isEmpty
      }
      if isEmpty { continuation.resume() }
    }
  }

  /// Ends every connection at once: the time to finish is over.
  func abortAll() async {
    let open = state.withLock { state in
      state.isOver = true
      return state.open.values.map(\.bytes) + Array(state.upstream.values)
    }
    for bytes in open { await bytes.abort() }
  }
}
