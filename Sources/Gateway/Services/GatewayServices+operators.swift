import Logging
import Observability
import StateStore
import Synchronization

extension GatewayServices {
  /// Takes over what is frozen, and records what operators did by commands, each action once among all gateways of a store.
  ///
  /// While the store can't be asked, nothing can be published anyway, and what was frozen stays so.
  func applyOperatorUpdates() async {
    let updates: OperatorUpdates
    do throws(StateRefusal) { updates = try await store.updates(at: now()) } catch { return }
    adopt(updates.freezes)
    // What could not be written at once is kept by the log, and is given to it no second time.
    let new = recordedActions.withLock { recorded in updates.actions.filter { recorded.insert($0.id).inserted } }
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
}
