import NIOCore
import PublisherPolicy
import StrictParsers
import Synchronization

/// Packages that a registry had a short while ago, each under the spelling of its name that it was asked for.
final class KnownPackages: Sendable {
  private static let lifetime = TimeAmount.seconds(60)
  private static let most = 10_000

  private struct Key: Hashable {
    let registry: RegistryName
    let name: ExactString

    init(_ target: PublishTarget) { (registry, name) = (target.registry, target.writtenName) }
  }

  private let ends = Mutex(Generations<Key, NIODeadline>(most: KnownPackages.most))
  private let now: @Sendable () -> NIODeadline

  init(now: @escaping @Sendable () -> NIODeadline = { .now() }) { self.now = now }

  func contains(_ target: PublishTarget) -> Bool {
    let key = Key(target)
    let now = now()
    return ends.withLock { ends in ends[key].map { now < $0 } ?? false }
  }

  func note(_ target: PublishTarget) {
    let key = Key(target)
    let end = now() + Self.lifetime
    ends.withLock { $0.note(end, for: key) }
  }
}
