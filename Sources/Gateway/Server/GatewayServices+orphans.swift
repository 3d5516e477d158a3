import PublisherPolicy
import StateStore

extension GatewayServices {
  /// Ends the upload tokens of publishers that have no entry: a token never outlives its publisher's, even if the entry comes back.
  ///
  /// A reload does it at once where the store can be told. What it could not tell, or what changed while no gateway ran, is found here.
  func endOrphanedTokens() async {
    guard let found = try? await store.publishersOfTokens(at: now()), !found.isEmpty else { return }
    let configured = Set(configuration.settings.publishers.map(\.id))
    let orphaned = found.filter { !configured.contains($0) }
    if !orphaned.isEmpty { _ = try? await store.revoke(orphaned, at: now(), nil) }
  }
}
