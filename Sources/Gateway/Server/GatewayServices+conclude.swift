import Logging
import StateStore

extension GatewayServices {
  /// Ends an attempt: its record is written, then its intent is closed.
  ///
  /// In this order, so that a process that is killed in between finds the intent and does not lose the record; who is answered comes after both.
  func conclude(_ attempt: Attempt, _ outcome: AuditOutcome) async {
    attempt.end()
    if let registry = attempt.record.registry, attempt.hasBegunUpstream {
      note(attempt.record.upstreamStatus == nil ? .failing : .answering, of: registry)
    }
    metrics.count(attempt.record, outcome)
    await audit.write(attempt.record, outcome, at: clock())
    if let (intent, end) = attempt.openIntent { store.end(intent, as: end, nil) }
  }
}
