import Logging
import StateStore

extension GatewayServices {
  /// Writes the record that each upload lacks which an earlier process began and did not end. Does nothing while the store can't be asked.
  func recordInterrupted() async {
    let intents: [InterruptedIntent]
    do throws(StateRefusal) { intents = try await store.interruptedIntents() } catch { return }
    guard !intents.isEmpty else { return }
    let isRecorded = await audit.writeInterrupted(notes: intents.map(\.note), at: clock())
    log.log(.gatewayInterrupted, ["uploads": "\(intents.count)"])
    for (intent, isRecorded) in zip(intents, isRecorded) where isRecorded { store.end(intent.id, as: .bound, nil) }
  }
}
