import Configuration
import PublisherPolicy
import StateStore
import Synchronization
import TokenVerification

/// Publishers whose entry is gone, and whose upload tokens are to end with it, even if the entry comes back.
///
/// Which those are is told by a reload, and found by one look into the store for what changed while this gateway did not run. A publisher that
/// this gateway has never heard of may be another gateway's, which has a newer configuration.
final class DepartedPublishers: Sendable {
  private struct Departures {
    var removed: Set<PublisherID> = []
    var isStoreCompared = false
  }

  private let departures = Mutex(Departures())

  /// Notes those that a reload has removed.
  func add(_ removed: [PublisherID]) { departures.withLock { $0.removed.formUnion(removed) } }

  /// Ends the tokens that are left. What the store can't be told now is told it the next time; until then an entry that is gone grants nothing.
  func endTokens(in store: any StateStore, _ settings: Settings, at now: UnixTime) async {
    let known = departures.withLock { $0 }
    var orphaned = known.removed
    do throws(StateRefusal) {
      if !known.isStoreCompared {
        let withTokens = try await store.publishersOfTokens(at: now)
        if !withTokens.isEmpty { orphaned.formUnion(Set(withTokens).subtracting(settings.publishers.lazy.map(\.id))) }
      }
      if !orphaned.isEmpty { _ = try await store.revoke(Array(orphaned), at: now, nil) }
    } catch {
      return
    }
    departures.withLock {
      $0.isStoreCompared = true
      $0.removed.subtract(known.removed)
    }
  }
}
