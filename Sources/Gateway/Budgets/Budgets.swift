import Configuration
import PublisherPolicy
import RegistryProtocols
import Synchronization

/// The budgets that all requests of a gateway share.
final class Budgets: Sendable {
  /// Requests that are being served.
  let places: SharedBudget
  /// Buffered bytes of requests that are not in files.
  let memory: SharedBudget
  /// Bytes of spooled uploads, in memory and in files.
  let spool: SharedBudget
  /// What comes more slowly than this, in bytes a second, gives way if others need its room.
  private static let slowBytes = Double(256 << 10)
  /// A request or a connection that is older than five seconds is slow.
  private static let slowRequests = 0.2

  let descriptors: DescriptorLimits
  private let connections = Mutex<[RegistryName: SharedBudget]>([:])

  init(_ limits: Limits, _ descriptors: DescriptorLimits) {
    self.descriptors = descriptors
    places = SharedBudget(limits.places(descriptors), slowness: Self.slowRequests)
    memory = SharedBudget(limits.memory, slowness: Self.slowBytes)
    spool = SharedBudget(limits.spool, slowness: Self.slowBytes)
  }

  /// Puts the limits of a new configuration in force.
  func adopt(_ limits: Limits) {
    places.adopt(limits.places(descriptors))
    memory.adopt(limits.memory)
    spool.adopt(limits.spool)
  }

  /// Open connections to a registry.
  func connections(to registry: RegistryName) -> SharedBudget {
    connections.withLock { connections in
      if let known = connections[registry] { return known }
      let total = Int64(descriptors.upstreamConnections)
      let budget = SharedBudget(
        .init(total: total, publisher: max(1, total / 2), unverified: max(1, total / 2)), slowness: Self.slowRequests)
      connections[registry] = budget
      return budget
    }
  }
}

extension Limits {
  fileprivate func places(_ descriptors: DescriptorLimits) -> SharedBudget.Limits {
    let total = Int64(descriptors.clientConnections(upTo: connections))
    // A small gateway is not divided.
    let share = max(min(total, 16), total * 3 / 4)
    return .init(total: total, publisher: share, unverified: share)
  }

  fileprivate var memory: SharedBudget.Limits {
    .init(total: memoryTotal, publisher: memoryTotal / 2, unverified: memoryTotal / 4)
  }

  fileprivate var spool: SharedBudget.Limits { .init(total: spoolTotal, publisher: spoolIdentity, unverified: spoolUnverified) }
}
