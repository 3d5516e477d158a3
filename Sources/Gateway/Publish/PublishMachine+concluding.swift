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

  init(record: RequestRecord, outcome: AuditOutcome, intent: OpenIntent?, failure: UpstreamFailure?) {
    self.record = record
    self.outcome = outcome
    self.intent = intent
    self.failure = failure
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
    return enter(.recording(response), .record(Conclusion(record: record, outcome: outcome, intent: intent, failure: failure)))
  }

  mutating func respond(_ response: PublishResponse) -> Action { enter(.done, .respond(response)) }
}
