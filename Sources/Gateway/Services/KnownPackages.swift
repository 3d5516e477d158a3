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

  private let ends = Mutex(Generations<Key, NIODeadline>(most: KnownPackages.most))
  private let now: @Sendable () -> NIODeadline

  init(now: @escaping @Sendable () -> NIODeadline = { .now() }) { self.now = now }

  func contains(_ package: PublishTarget.Package, of registry: RegistryName) -> Bool {
    let key = Key(registry: registry, package: package)
    let now = now()
    return ends.withLock { ends in ends[key].map { now < $0 } ?? false }
  }

  func note(_ package: PublishTarget.Package, of registry: RegistryName) {
    let key = Key(registry: registry, package: package)
    let end = now() + Self.lifetime
    ends.withLock { $0.note(end, for: key) }
  }
}
