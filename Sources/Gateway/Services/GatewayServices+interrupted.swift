import Logging
import Observability
import StateStore
import Synchronization

extension GatewayServices {
  /// Writes the record that each upload lacks which an earlier process began and did not end. Does nothing while the store can't be asked.
  func recordInterrupted() async {
    let intents: [InterruptedIntent]
    do throws(StateRefusal) { intents = try await store.interruptedIntents() } catch { return }
    // What could not be written at once is kept by the log, and is given to it no second time.
    let new = recordedIntents.withLock { recorded in intents.filter { recorded.insert($0.id).inserted } }
    guard !new.isEmpty else { return }
    log.log(.gatewayInterrupted, ["uploads": .stringConvertible(new.count)])
    for (intent, success) in zip(new, audit.successes(ofNotes: new.map(\.note))) {
      switch success {
      // Who answered first, and was killed before the store could be written, has learnt all the same.
      case true?: store.end(intent.id, as: .bound, UploadSuccess(time: now(), of: nil))
      case false?: store.end(intent.id, as: .bound, nil)
      case nil:
        await audit.write(line: AuditRecord.interruptedLine(note: intent.note, at: clock())) { [store] in
          store.end(intent.id, as: .bound, nil)
        }
      }
    }
  }
}
