import Logging
import NIOCore
import Observability
import PublisherPolicy
import StateStore
import StrictParsers

extension GatewayServices {
  /// Ends a request that entered nothing into the store: returns when its record is written.
  func conclude(_ record: RequestRecord, _ outcome: AuditOutcome) async {
    var record = record
    record.end()
    metrics.count(record.facts, outcome)
    if isGathered(record, outcome) { return }
    await audit.write(record.facts, outcome, at: clock())
    report(record, outcome, nil)
  }

  /// Ends a publish: its record is written, then its intent is closed.
  ///
  /// In this order, so that a process that is killed in between finds the intent and does not lose the record. Who is answered comes after both, unless
  /// the record can't be written at this moment: then the intent stays open until it is.
  func conclude(_ conclusion: Conclusion, on loop: LoopServices, then completion: @escaping () -> Void) {
    let (record, outcome) = (conclusion.record, conclusion.outcome)
    metrics.count(record.facts, outcome)
    if let taken = conclusion.taken { takenUploads.note(taken) }
    if conclusion.intent?.id == nil, isGathered(record, outcome) { return completion() }
    let end = conclusion.intent.flatMap { intent in
      intent.id.map { id in
        PendingCompletion(
          intent: id, end: intent.outcome, success: outcome.isSuccess ? UploadSuccess(time: now(), of: intent.upload) : nil)
      }
    }
    let close: @Sendable () -> Void = { [store] in if let end { store.end(end.intent, as: end.end, end.success) } }
    loop.records.write(record.facts, outcome, at: clock(), late: close) { [self] isWritten in
      report(record, outcome, conclusion.intent)
      guard isWritten, let end else { return completion() }
      // Whoever is answered may come again by another event loop: whatever is asked of the store after an end comes after it.
      close()
      if end.success?.activates == true { awaitStore(on: loop, then: completion) } else { completion() }
    }
  }

  /// What a client saw succeed is pinned.
  private func awaitStore(on loop: LoopServices, then completion: @escaping () -> Void) {
    let completion = NIOLoopBound(completion, eventLoop: loop.eventLoop)
    Task(executorPreference: loop.executor) { [store] in
      _ = try? await store.probe()
      completion.value()
    }
  }

  /// Whether a request needs no record of its own, since its source caused many that end in the same way.
  private func isGathered(_ record: RequestRecord, _ outcome: AuditOutcome) -> Bool {
    guard let reason = outcome.reason, record.isAnonymous else { return false }
    return refusals.gathers(outcome.name, reason, from: record.facts.clientAddress, at: clock())
  }

  /// Writes one record for each source whose refusals were gathered.
  func recordGatheredRefusals() async {
    for gathered in refusals.collect() { await audit.write(gathered, at: clock()) }
  }

  /// Says what changed, or seems to have changed, in who publishes.
  private func report(_ record: RequestRecord, _ outcome: AuditOutcome, _ intent: OpenIntent?) {
    if case .refused(let reason, let detail) = outcome, reason == ReasonCode(PublisherRefusal.Code.identityChanged) {
      log.log(.publisherIdentityChanged, ["request.id": "\(record.facts.requestID)", "detail": "\(detail ?? "")"])
    }
    guard outcome.isSuccess, let intent else { return }
    knownPackages.note(intent.upload.target)
    guard let use = intent.upload.use else { return }
    if let newPin = use.newPin {
      var metadata: Logger.Metadata = [
        "publisher.id": "\(use.key.publisher)", "repository": "\(use.key.repository)", "ids": "\(newPin.words)",
      ]
      if let run = use.run { metadata["run"] = "\(run)" }
      log.log(.publisherActivated, metadata)
    }
    if intent.isRenamed {
      log.log(
        .publisherRenamed,
        [
          "publisher.id": "\(use.key.publisher)", "learnt": "\(use.key.repository)",
          "repository": "\(record.facts.provenance.repository ?? "")",
        ])
    }
  }
}
