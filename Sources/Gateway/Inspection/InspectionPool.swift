import NIOCore
import NIOPosix
import RegistryProtocols
import StrictParsers
import Synchronization

/// The threads that inspect uploads, which takes as long as an archive is large.
///
/// No account has more than half of them, and accounts take turns, so that one that sends archives made to be slow delays its own uploads only.
final class InspectionPool: Sendable {
  private typealias Queue = FairQueue<SharedBudget.Share, @Sendable () -> Void>

  private let threads: NIOThreadPool
  private let queue: Mutex<Queue>
  private let patience: TimeAmount

  /// - Parameters:
  ///   - count: How many threads; at least two.
  ///   - patience: How long an upload waits for its turn.
  init(threads count: Int, patience: TimeAmount = .seconds(60)) {
    threads = NIOThreadPool(numberOfThreads: count)
    queue = Mutex(Queue(most: count, ofKey: max(1, count / 2)))
    self.patience = patience
    threads.start()
  }

  /// Runs an inspection that takes at most `limit` of processor time.
  ///
  /// - Throws: `inspectionBusy` if its turn comes too late, `unavailable` if the pool is shut down.
  func run<Value: Sendable>(
    for share: SharedBudget.Share, within limit: Milliseconds, _ inspect: @escaping @Sendable (WorkBudget) throws(ScopeRefusal) -> Value
  ) async throws(ScopeRefusal) -> Value {
    let deadline = NIODeadline.now() + patience
    let result: Result<Value, ScopeRefusal> = await withCheckedContinuation { continuation in
      let inspection: @Sendable () -> Void = { [self] in
        threads.submit { [self] state in
          let result: Result<Value, ScopeRefusal> =
            switch state {
            case .active where NIODeadline.now() > deadline: .failure(.inspectionBusy)
            case .active: Result { () throws(ScopeRefusal) in try inspect(.ofThisThread(limit)) }
            case .cancelled: .failure(.unavailable)
            }
          queue.withLock { $0.finish(share) }
          submitNext()
          continuation.resume(returning: result)
        }
      }
      queue.withLock { $0.append(inspection, of: share) }
      submitNext()
    }
    return try result.get()
  }

  func shutDown() async { try? await threads.shutdownGracefully() }

  private func submitNext() {
    while let submit = queue.withLock({ $0.next()?.element }) { submit() }
  }
}
