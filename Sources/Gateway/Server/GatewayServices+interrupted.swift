import Logging
import StateStore

extension GatewayServices {
  /// Writes the record that each upload lacks which an earlier process began and did not end. Does nothing while the store can't be asked.
  func recordInterrupted() async {
    let intents: [InterruptedIntent]
    do throws(StateRefusal) { intents = try await store.interruptedIntents() } catch { return }
    guard !intents.isEmpty else { return }
    let records = await audit.writeInterrupted(notes: intents.map(\.note), at: clock())
    log.log(.gatewayInterrupted, ["uploads": "\(intents.count)"])
    for (intent, record) in zip(intents, records) {
      switch record {
      case .owed: continue
      case .written, .found(isSuccess: false): store.end(intent.id, as: .bound, nil)
      // Who answers first and is killed before the store can be written has learnt all the same.
      case .found(isSuccess: true): store.end(intent.id, as: .bound, UploadSuccess(time: now(), activates: true))
      }
    }
  }
}
