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

  private let ends = Mutex<[Key: NIODeadline]>([:])
  private let now: @Sendable () -> NIODeadline

  init(now: @escaping @Sendable () -> NIODeadline = { .now() }) { self.now = now }

  func contains(_ package: PublishTarget.Package, of registry: RegistryName) -> Bool {
    ends.withLock { $0[Key(registry: registry, package: package)].map { now() < $0 } ?? false }
  }

  func note(_ package: PublishTarget.Package, of registry: RegistryName) {
    let now = now()
    ends.withLock { ends in
      if ends.count >= Self.most { ends = ends.filter { now < $0.value } }
      guard ends.count < Self.most else { return }
      ends[Key(registry: registry, package: package)] = now + Self.lifetime
    }
  }
}
