import Observability
import RegistryClient
import RegistryProtocols
import StateStore

/// What the client is answered.
enum PublishResponse {
  case relayed(RelayedResponse)
  case local(LocalResponse)
  case refused(LocalResponse)
}

/// The end of a publish, which is recorded before the client hears of it.
final class Conclusion {
  var record: RequestRecord
  let outcome: AuditOutcome
  /// `nil` if nothing was entered into the store.
  let intent: OpenIntent?
  /// How the registry failed; `nil` if it did not.
  let failure: UpstreamFailure?
  /// What the registry has taken; `nil` if it took nothing, or nobody knows whose bytes.
  let taken: SentFile?

  init(record: RequestRecord, outcome: AuditOutcome, intent: OpenIntent?, failure: UpstreamFailure?, taken: SentFile?) {
    self.record = record
    self.outcome = outcome
    self.intent = intent
    self.failure = failure
    self.taken = taken
  }
}

extension PublishMachine {
  mutating func conclude(_ result: Result<PublishResponse, Refusal>) -> Action {
    switch result {
    case .success(let response):
      record.facts.nearestPublisher = reportOnly?.refusal?.nearestPublisher
      let outcome: AuditOutcome
      if case .relayed(let answer) = response, !answer.isSuccess {
        outcome = Refusal.upstream(.refused(status: answer.status)).outcome
      } else {
        outcome = reportOnly?.outcome ?? .published
      }
      return conclude(response, outcome, failure: nil)
    case .failure(let refusal):
      if let nearest = refusal.nearestPublisher { record.facts.nearestPublisher = nearest }
      let response = request.registry.protocol.response(
        refusing: refusal.forClient(record.facts.requestID), to: .publish(request.route))
      var failure: UpstreamFailure?
      if case .upstream(let cause) = refusal { failure = cause }
      return conclude(.refused(response), refusal.outcome, failure: failure)
    }
  }

  private mutating func conclude(_ response: PublishResponse, _ outcome: AuditOutcome, failure: UpstreamFailure?) -> Action {
    record.end()
    return enter(
      .recording(response),
      .record(
        Conclusion(record: record, outcome: outcome, intent: intent, failure: failure, taken: outcome.isSuccess ? sentFile : nil)))
  }

  // MARK: What was taken before

  /// `nil` if nobody knows whose bytes, or which, or if such a client is not told that it repeats itself.
  private var sentFile: SentFile? {
    guard request.registry.protocol.responseToRepeat != nil, let subject, let target = record.facts.target,
      let digest = record.facts.artifactDigest
    else { return nil }
    return SentFile(subject: subject, target: target, digest: digest)
  }

  /// What the client is told where the registry took the same bytes from the same credential before: it sends them again since it did not get the answer.
  /// `nil` if the registry did not, or its own answer stands.
  func responseToRepeat(_ world: some PublishWorld) -> LocalResponse? {
    guard let sentFile, world.hasTaken(sentFile), let response = request.registry.protocol.responseToRepeat else { return nil }
    return response(request.registry.linkRewrite(for: request.head, request.configuration))
  }

  mutating func respond(_ response: PublishResponse) -> Action { enter(.done, .respond(response)) }
}
