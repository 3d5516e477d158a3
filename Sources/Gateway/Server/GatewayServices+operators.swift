import Logging
import StateStore

extension GatewayServices {
  /// Takes over what is frozen, and records what operators did by commands, each deed once among all gateways of a store.
  ///
  /// While the store can't be asked, nothing can be published anyway, and what was frozen stays so.
  func heedOperators() async {
    let bulletin: Bulletin
    do throws(StateRefusal) { bulletin = try await store.bulletin(at: now()) } catch { return }
    adopt(bulletin.freezes)
    var recorded: [OperatorDeed] = []
    for deed in bulletin.deeds where await audit.write(line: deed.note) { recorded.append(deed) }
    if !recorded.isEmpty { try? await store.settle(recorded) }
  }
}
