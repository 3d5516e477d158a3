import Configuration
import Glibc
import StrictParsers

extension WorkBudget {
  /// Is spent once the calling thread has used that much processor time from now on. Only that thread may ask it.
  static func ofThisThread(_ limit: Milliseconds) -> WorkBudget {
    guard let start = threadProcessorTime() else { return WorkBudget { true } }
    let (product, overflow) = limit.milliseconds.multipliedReportingOverflow(by: 1_000_000)
    let limit = overflow ? .max : product
    return WorkBudget { threadProcessorTime().map { $0 - start >= limit } ?? true }
  }

  /// In nanoseconds. `nil` if the system has no such clock.
  private static func threadProcessorTime() -> Int64? {
    var time = timespec()
    guard unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0 else { return nil }
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
