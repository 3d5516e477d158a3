import NIOPosix

extension NIOThreadPool {
  /// Runs what blocks on one of the pool's threads; `failure` where the pool is shut down.
  func run<Value: Sendable, Failure: Error>(
    orFail failure: Failure, _ work: @escaping @Sendable () throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    let result: Result<Value, Failure>
    do {
      result = try await runIfActive { Result(catching: work) }
    } catch {
      throw failure
    }
    return try result.get()
  }
}
