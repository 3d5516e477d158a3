import Configuration
import Logging
import NIOCore
import NIOPosix
import Observability
import PublisherPolicy
import RegistryProtocols
import StateStore
import StrictParsers
import Synchronization
import TokenVerification

/// What all requests share, and what outlives a reload of the configuration.
final class GatewayServices: Sendable {
  private static let mostUnaccountedClaims = 1000

  let store: any StateStore
  let audit: AuditLog
  let log: Logger
  let metrics: Metrics
  let health: RegistryHealth
  /// How many lines of the log and the audit log were lost.
  let droppedLines: @Sendable () -> Int
  let connections = OpenConnections()
  let pool = UpstreamPool()
  let budgets: Budgets
  let knownPackages = KnownPackages()
  let takenUploads = TakenUploads()
  let refusals = RefusalGatherer()
  /// For what blocks on a disk.
  let threads: NIOThreadPool
  let inspections = InspectionPool(threads: max(2, Processors.usable))
  let clock: @Sendable () -> Timestamp
  private let current: Mutex<ConfigurationSnapshot>
  private let listening = Mutex(false)
  let upkeep: StateUpkeep
  private let freezes = Mutex<[Freeze]>([])
  private let unaccountedClaims = Mutex<Set<String>>([])

  init(
    configuration: ConfigurationSnapshot, store: any StateStore, audit: AuditLog, log: Logger, metrics: Metrics, threads: NIOThreadPool,
    descriptors: DescriptorLimits, droppedLines: @escaping @Sendable () -> Int, clock: @escaping @Sendable () -> Timestamp
  ) {
    current = Mutex(configuration)
    budgets = Budgets(configuration.settings.server.limits, descriptors)
    self.store = store
    self.audit = audit
    self.log = log
    self.metrics = metrics
    self.threads = threads
    self.clock = clock
    self.droppedLines = droppedLines
    upkeep = StateUpkeep(store, audit, log, clock: clock)
    health = RegistryHealth(metrics: metrics)
    announceStart()
    announce(configuration, replacing: nil)
  }

  /// The configuration in force. Ask for it at each decision.
  var configuration: ConfigurationSnapshot { current.withLock { $0 } }

  /// Puts a complete new configuration in place of the old one.
  func adopt(_ configuration: ConfigurationSnapshot) {
    let old = current.withLock { current in
      defer { current = configuration }
      return current
    }
    budgets.adopt(configuration.settings.server.limits)
    announce(configuration, replacing: old)
  }

  /// Ends the upload tokens of publishers that have no entry any more.
  func endOrphanedTokens(of removed: [PublisherID] = []) async { await upkeep.endOrphanedTokens(of: removed, configuration.settings) }

  /// Takes over what is frozen, then records what operators did by commands, so that a record of an unfreeze is never ahead of its effect.
  ///
  /// While the store can't be asked, nothing can be published anyway, and what was frozen stays so.
  func applyOperatorUpdates() async {
    guard let updates = await upkeep.operatorUpdates() else { return }
    adopt(updates.freezes)
    await upkeep.record(updates.actions)
  }

  var isDraining: Bool { connections.isDraining }
  var isListening: Bool { listening.withLock { $0 } }

  func beginListening() { listening.withLock { $0 = true } }
  func endListening() { listening.withLock { $0 = false } }

  /// What of an upload is frozen, as of the last look at the store; the store itself has the last word.
  func freeze(of registry: RegistryName, _ publisher: PublisherID?) -> Freeze? {
    freezes.withLock { $0.first { $0.scope.covers(registry, publisher) } }
  }

  /// All that is frozen, as of the last look at the store.
  var frozen: [Freeze] { freezes.withLock { $0 } }

  func adopt(_ freezes: [Freeze]) {
    self.freezes.withLock { $0 = freezes }
    announce(freezes)
  }

  /// A clock that can't be told makes every token expired.
  func now() -> UnixTime { clock().unixTime ?? .latest }

  /// Counts the claims that an issuer sends and its provider's table does not know, and says each once: what the issuer means has changed.
  func noteUnaccountedClaims(_ names: [ExactString], of issuer: IssuerName) {
    if !names.isEmpty { metrics.unaccountedClaims.add(Int64(names.count), MetricLabel(issuer)) }
    for name in names {
      let isNew = unaccountedClaims.withLock { $0.count < Self.mostUnaccountedClaims && $0.insert("\(issuer)/\(name)").inserted }
      if isNew { log.log(.tokenUnaccountedClaim, ["issuer": "\(issuer)", "claim": "\(name)"]) }
    }
  }

  func newRequestID() -> RequestID {
    var randomness = SystemRandomNumberGenerator()
    return RequestID(at: clock(), using: &randomness)
  }
}
