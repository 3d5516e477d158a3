import Configuration
import Logging
import Observability
import PublisherPolicy
import StateStore
import Synchronization
import TokenVerification

/// What a gateway does about what its store holds for it: uploads that an earlier process did not end, what operators did by commands, and tokens
/// of publishers that are gone.
///
/// While the store can't be asked, each does nothing: it is done the next time.
final class StateUpkeep: Sendable {
  private let store: any StateStore
  private let audit: AuditLog
  private let log: Logger
  private let clock: @Sendable () -> Timestamp
  private let departed = DepartedPublishers()
  /// What this process has given to the audit log. It is given to it no second time, since the log keeps what it can't write at once.
  private let recordedIntents = Mutex<Set<IntentID>>([])
  private let recordedActions = Mutex<Set<Int64>>([])
  /// Actions that are recorded, of which the store is still to be told.
  private let unsettledActions = Mutex<[OperatorAction]>([])

  init(_ store: any StateStore, _ audit: AuditLog, _ log: Logger, clock: @escaping @Sendable () -> Timestamp) {
    self.store = store
    self.audit = audit
    self.log = log
    self.clock = clock
  }

  private func now() -> UnixTime { clock().unixTime ?? .latest }

  /// Writes the record that each upload lacks which an earlier process began and did not end.
  func recordInterrupted() async {
    let intents: [InterruptedIntent]
    do throws(StateRefusal) { intents = try await store.interruptedIntents() } catch { return }
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

  /// What is frozen, and the actions that this gateway must record; `nil` if the store can't be asked.
  func operatorUpdates() async -> OperatorUpdates? {
    do throws(StateRefusal) { return try await store.updates(at: now()) } catch { return nil }
  }

  /// Records what operators did by commands, each action once among all gateways of a store.
  func record(_ actions: [OperatorAction]) async {
    let new = recordedActions.withLock { recorded in actions.filter { recorded.insert($0.id).inserted } }
    for (action, success) in zip(new, audit.successes(ofNotes: new.map(\.note))) {
      if success == nil {
        await audit.write(line: action.note) { self.unsettledActions.withLock { $0.append(action) } }
      } else {
        unsettledActions.withLock { $0.append(action) }
      }
    }
    await settleActions()
  }

  /// Tells the store which actions are recorded.
  private func settleActions() async {
    let written = unsettledActions.withLock { $0 }
    guard !written.isEmpty else { return }
    do throws(StateRefusal) { try await store.settle(written) } catch { return }
    unsettledActions.withLock { $0.removeFirst(written.count) }
  }

  /// Ends the upload tokens of publishers that have no entry any more.
  /// - Parameter removed: Those that a reload has just removed.
  func endOrphanedTokens(of removed: [PublisherID], _ settings: Settings) async {
    departed.add(removed)
    await departed.endTokens(in: store, settings, at: now())
  }
}
