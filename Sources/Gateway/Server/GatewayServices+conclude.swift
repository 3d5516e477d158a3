import Logging
import Observability
import PublisherPolicy
import StateStore
import StrictParsers

extension GatewayServices {
  /// Ends an attempt: its record is written, then its intent is closed.
  ///
  /// In this order, so that a process that is killed in between finds the intent and does not lose the record; who is answered comes after both, unless
  /// the record can't be written at this moment: then the intent stays open until it is.
  func conclude(_ attempt: Attempt, _ outcome: AuditOutcome) async {
    attempt.end()
    metrics.count(attempt.record, outcome)
    if isGathered(attempt, outcome) { return }
    let success = outcome.isSuccess ? attempt.reserved.map { UploadSuccess(time: now(), of: $0.upload) } : nil
    await audit.write(attempt.record, outcome, at: clock()) { [store, intent = attempt.openIntent] in
      if let intent { store.end(intent.id, as: intent.end, success) }
    }
    // What a client saw succeed is learnt: whatever is asked of the store after an end comes after it.
    if success?.activates == true { _ = try? await store.probe() }
    report(attempt, outcome)
  }

  /// Whether the attempt needs no record of its own, since its source caused many that end in the same way.
  private func isGathered(_ attempt: Attempt, _ outcome: AuditOutcome) -> Bool {
    guard let reason = outcome.reason, attempt.isAnonymous else { return false }
    return refusals.gathers(outcome.name, reason, from: attempt.record.clientAddress, at: clock())
  }

  /// Writes one record for each source whose refusals were gathered.
  func recordGatheredRefusals() async {
    for gathered in refusals.collect() { await audit.write(gathered, at: clock()) }
  }

  /// Says what changed, or seems to have changed, in who publishes.
  private func report(_ attempt: Attempt, _ outcome: AuditOutcome) {
    if case .refused(let reason, let detail) = outcome, reason == ReasonCode(PublisherRefusal.Code.identityChanged) {
      log.log(.publisherIdentityChanged, ["request.id": "\(attempt.record.requestID)", "detail": "\(detail ?? "")"])
    }
    guard outcome.isSuccess, let (upload, isRenamed) = attempt.reserved else { return }
    knownPackages.note(upload.target.package, of: upload.target.registry)
    guard let use = upload.use else { return }
    if let newPin = use.newPin {
      var metadata: Logger.Metadata = [
        "publisher.id": "\(use.key.publisher)", "repository": "\(use.key.repository)", "ids": "\(newPin.words)",
      ]
      if let run = use.run { metadata["run"] = "\(run)" }
      log.log(.publisherActivated, metadata)
    }
    if isRenamed {
      log.log(
        .publisherRenamed,
        [
          "publisher.id": "\(use.key.publisher)", "learnt": "\(use.key.repository)",
          "repository": "\(attempt.record.provenance.repository ?? "")",
        ])
    }
  }
}
