import NIOCore
import Synchronization

/// The connections that are open, so that the clients' number is bounded, and a shutdown can wait for what runs on them and then end it.
final class OpenConnections: Sendable {
  private struct State {
    var open: [ObjectIdentifier: ByteChannel] = [:]
    /// Those on which no request has begun: a shutdown ends them at once.
    var idle: Set<ObjectIdentifier> = []
    /// Those to registries, with or without an exchange on them.
    var upstream: [ObjectIdentifier: ByteChannel] = [:]
    var isDraining = false
    var isOver = false
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  var count: Int { state.withLock { $0.open.count } }
  var isDraining: Bool { state.withLock { $0.isDraining } }

  /// False where `limit` are open already, or none is wanted any more.
  func admit(_ bytes: ByteChannel, limit: Int) -> Bool {
    state.withLock { state in
      guard !state.isDraining, state.open.count < limit else { return false }
      state.open[ObjectIdentifier(bytes)] = bytes
      state.idle.insert(ObjectIdentifier(bytes))
      return true
    }
  }

  /// A request has begun on it, or has ended.
  func mark(_ bytes: ByteChannel, idle: Bool) {
    state.withLock { state in
      if idle { state.idle.insert(ObjectIdentifier(bytes)) } else { state.idle.remove(ObjectIdentifier(bytes)) }
    }
  }

  func remove(_ bytes: ByteChannel) {
    let waiter = state.withLock { state in
      state.open[ObjectIdentifier(bytes)] = nil
      state.idle.remove(ObjectIdentifier(bytes))
      guard state.open.isEmpty else { return nil as CheckedContinuation<Void, Never>? }
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

  /// Ends what idles, and returns when the last connection has gone.
  func drain() async {
    let idle = state.withLock { state in
      state.isDraining = true
      return state.idle.compactMap { state.open[$0] }
    }
    for bytes in idle { await bytes.abort() }
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
      return Array(state.open.values) + Array(state.upstream.values)
    }
    for bytes in open { await bytes.abort() }
  }
}
