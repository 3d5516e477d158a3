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
    var recorded: [OperatorDeed] = []
    for deed in bulletin.deeds {
      // What could not be written at once is kept by the log, and is given to it no second time.
      let isNew = recordedDeeds.withLock { $0.insert(deed.id).inserted }
      if isNew ? await audit.write(line: deed.note) : audit.ensureWritable() { recorded.append(deed) }
    }
    if !recorded.isEmpty { try? await store.settle(recorded) }
  }
}
