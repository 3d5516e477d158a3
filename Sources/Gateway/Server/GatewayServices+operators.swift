import Logging
import StateStore
import Synchronization

extension GatewayServices {
  /// Takes over what is frozen, and records what operators did by commands, each deed once among all gateways of a store.
  ///
  /// While the store can't be asked, nothing can be published anyway, and what was frozen stays so.
  func heedOperators() async {
    let bulletin: Bulletin
    do throws(StateRefusal) { bulletin = try await store.bulletin(at: now()) } catch { return }
    adopt(bulletin.freezes)
    // What could not be written at once is kept by the log, and is given to it no second time.
    let new = recordedDeeds.withLock { recorded in bulletin.deeds.filter { recorded.insert($0.id).inserted } }
    for (deed, success) in zip(new, audit.successes(ofNotes: new.map(\.note))) {
      if success == nil {
        await audit.write(line: deed.note) { self.unsettledDeeds.withLock { $0.append(deed) } }
      } else {
        unsettledDeeds.withLock { $0.append(deed) }
      }
    }
    await settleDeeds()
  }

  /// Tells the store which deeds are recorded.
  private func settleDeeds() async {
    let written = unsettledDeeds.withLock { $0 }
    guard !written.isEmpty else { return }
    do throws(StateRefusal) { try await store.settle(written) } catch { return }
    unsettledDeeds.withLock { $0.removeFirst(written.count) }
  }
}
