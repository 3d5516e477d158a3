import NIOCore
import Observability

/// Hands the records of an event loop to the audit log, all that one turn of the loop brings together.
final class RecordBatcher {
  private let audit: AuditLog
  private let eventLoop: any EventLoop
  private var lines: [LineWriter.Entry] = []
  private var completions: [(Bool) -> Void] = []

  init(_ audit: AuditLog, _ eventLoop: any EventLoop) {
    self.audit = audit
    self.eventLoop = eventLoop
  }

  /// - Parameters:
  ///   - late: Called on any thread if the record is written only after `completion` was told that it could not be.
  ///   - completion: Called on the event loop: whether the record is written.
  func write(
    _ record: AuditRecord, _ outcome: AuditOutcome, at time: Timestamp, late: @escaping @Sendable () -> Void,
    then completion: @escaping (Bool) -> Void
  ) {
    lines.append(audit.entry(record, outcome, at: time, late: late))
    completions.append(completion)
    guard lines.count == 1 else { return }
    let me = NIOLoopBound(self, eventLoop: eventLoop)
    eventLoop.execute { me.value.submit() }
  }

  private func submit() {
    let waiting = NIOLoopBound(completions, eventLoop: eventLoop)
    let lines = lines
    (self.lines, completions) = ([], [])
    audit.write(lines) { [eventLoop] written in
      eventLoop.execute { for (completion, isWritten) in zip(waiting.value, written) { completion(isWritten) } }
    }
  }
}
