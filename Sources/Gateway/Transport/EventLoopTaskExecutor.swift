import NIOCore

/// Keeps a task on one event loop between two steps that the loop's actors isolate.
///
/// Without it what a continuation resumes would pass through the global executor first, which is two changes of thread for each thing awaited.
final class EventLoopTaskExecutor: TaskExecutor {
  private let eventLoop: any EventLoop

  init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    eventLoop.execute {
      unsafe job.runSynchronously(
        isolatedTo: self.eventLoop.executor.asUnownedSerialExecutor(), taskExecutor: self.asUnownedTaskExecutor())
    }
  }
}
