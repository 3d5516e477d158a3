import Configuration
import NIOCore
import PublisherPolicy
import RegistryClient

/// Opens connections to registries, within each registry's bound and on the account of whose request needs it.
struct UpstreamConnector {
  let gateway: GatewayServices
  let registry: RegistryName
  let share: SharedBudget.Share
  let limits: Limits

  /// Opens a connection. It counts until its socket is closed.
  func connect(to origin: UpstreamOrigin, on eventLoop: any EventLoop) async throws(UpstreamFailure) -> UpstreamConnection {
    let slot = gateway.budgets.connections(to: registry).reservation(for: share)
    do throws(SharedBudget.Shortage) { try slot.grow(by: 1) } catch { throw .busy }
    let bytes = try await origin.connect(on: eventLoop)
    bytes.channel.closeFuture.whenComplete { _ in withExtendedLifetime(slot) {} }
    await bytes.count(in: gateway.budgets.memory.reservation(for: share))
    await gateway.connections.noteUpstream(bytes)
    return UpstreamConnection(bytes, slot: slot, wasReused: false, limits: limits)
  }

  /// An idle connection to `origin` that the pool kept; `nil` if there is none.
  func reuse(_ origin: UpstreamOrigin.Key, on eventLoop: any EventLoop) -> UpstreamConnection? {
    while let (bytes, slot) = gateway.pool.take(origin, on: eventLoop) {
      let connection = UpstreamConnection(bytes, slot: slot, wasReused: true, limits: limits)
      do throws(SharedBudget.Shortage) {
        try slot?.move(to: share)
        return connection
      } catch {
        continue
      }
    }
    return nil
  }
}
