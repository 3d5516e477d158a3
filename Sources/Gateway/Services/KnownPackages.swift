import NIOCore
import PublisherPolicy
import Synchronization

/// Packages that a registry had a short while ago.
final class KnownPackages: Sendable {
  private static let lifetime = TimeAmount.seconds(60)
  private static let most = 10_000

  private struct Key: Hashable {
    let registry: RegistryName
    let package: PublishTarget.Package
  }

  /// Those that were noted last, and those before. When half of what may be kept is full, the older half is forgotten: nothing is searched.
  private struct Generations {
    var newer: [Key: NIODeadline] = [:]
    var older: [Key: NIODeadline] = [:]
  }

  private let ends = Mutex(Generations())
  private let now: @Sendable () -> NIODeadline

  init(now: @escaping @Sendable () -> NIODeadline = { .now() }) { self.now = now }

  func contains(_ package: PublishTarget.Package, of registry: RegistryName) -> Bool {
    let key = Key(registry: registry, package: package)
    let now = now()
    return ends.withLock { ends in (ends.newer[key] ?? ends.older[key]).map { now < $0 } ?? false }
  }

  func note(_ package: PublishTarget.Package, of registry: RegistryName) {
    let key = Key(registry: registry, package: package)
    let end = now() + Self.lifetime
    ends.withLock { ends in
      if ends.newer.count >= Self.most / 2, ends.newer[key] == nil { ends = Generations(newer: [:], older: ends.newer) }
      ends.newer[key] = end
    }
  }
}
