import Configuration
import NIOCore
import NIOPosix
import RegistryProtocols
import StrictParsers
import Synchronization

/// The threads that inspect uploads, which takes as long as an archive is large.
///
/// No account has more than half of them, and accounts take turns, so that one that sends archives made to be slow delays its own uploads only.
final class InspectionPool: Sendable {
  private struct Waiting: Sendable {
    let submit: @Sendable () -> Void
    let refuse: @Sendable () -> Void
  }

  private struct State: Sendable {
    var queue: FairQueue<SharedBudget.Share, Waiting>
    var isClosed = false
  }

  private let threads: NIOThreadPool
  private let state: Mutex<State>
  private let patience: TimeAmount

  /// - Parameters:
  ///   - count: How many threads; at least two.
  ///   - patience: How long an upload waits for its turn.
  init(threads count: Int, patience: TimeAmount = .seconds(60)) {
    threads = NIOThreadPool(numberOfThreads: count)
    state = Mutex(State(queue: FairQueue(most: count, ofKey: max(1, count / 2))))
    self.patience = patience
    threads.start()
  }

  /// Runs an inspection that takes at most `limit` of processor time.
  ///
  /// - Throws: `inspectionBusy` if its turn comes too late, `unavailable` if the pool is closed.
  func run<Value: Sendable>(
    for share: SharedBudget.Share, within limit: Milliseconds, _ inspect: @escaping @Sendable (WorkBudget) throws(UploadRefusal) -> Value
  ) async throws(UploadRefusal) -> Value {
    let deadline = NIODeadline.now() + patience
    let result: Result<Value, UploadRefusal> = await withCheckedContinuation { continuation in
      let submit: @Sendable () -> Void = { [self] in
        threads.submit { [self] state in
          let result: Result<Value, UploadRefusal> =
            switch state {
            case .active where NIODeadline.now() > deadline: .failure(.inspectionBusy)
            case .active: Result { () throws(UploadRefusal) in try inspect(.ofThisThread(limit)) }
            case .cancelled: .failure(.unavailable)
            }
          self.state.withLock { $0.queue.finish(share) }
          submitNext()
          continuation.resume(returning: result)
        }
      }
      let waiting = Waiting(submit: submit) { continuation.resume(returning: .failure(.unavailable)) }
      let isClosed = state.withLock { state in
        if !state.isClosed { state.queue.append(waiting, of: share) }
        return state.isClosed
      }
      if isClosed { waiting.refuse() } else { submitNext() }
    }
    return try result.get()
  }

  /// Refuses what waits for its turn, and whatever comes later. What runs goes on.
  func close() {
    let waiting = state.withLock { state in
      state.isClosed = true
      return state.queue.removeAll()
    }
    for one in waiting { one.refuse() }
  }

  /// Closes the pool and returns when nothing runs any more.
  func shutDown() async {
    close()
    try? await threads.shutdownGracefully()
  }

  private func submitNext() {
    while let next = state.withLock({ $0.queue.next()?.element }) { next.submit() }
  }
}
