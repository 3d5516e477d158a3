import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import StateStore
import StrictParsers
import TokenVerification
import UnixSignals

/// The whole gateway: what `imprimatur serve` runs.
package struct Gateway: Sendable {
  package static let version = "0.1.0"
  private static let cachedSignatures = 4096

  /// Why it does not run.
  package enum Failure: Error, Sendable {
    case configuration([SettingsProblem])
    case start(String)
  }

  private let path: String
  private let environment: [String: String]
  private let output: LineDestination
  private let clock: @Sendable () -> Timestamp

  /// - Parameter output: where the log goes, and the audit records too unless the configuration names a file for them.
  package init(
    configurationFile path: String, environment: [String: String], output: LineDestination = .standardOutput,
    clock: @escaping @Sendable () -> Timestamp = { .now() }
  ) {
    self.path = path
    self.environment = environment
    self.output = output
    self.clock = clock
  }

  /// Serves until the process is told to stop, and has finished what runs by then. `started` is told the public listener's address.
  package func run(started: @escaping @Sendable (ListenAddress) -> Void = { _ in }) async throws(Failure) {
    let (loaded, problems) = SettingsFile.load(path, environment: environment, reading: SettingsDisk())
    guard let settings = loaded else { throw .configuration(problems) }
    let services = try services(settings)
    await services.gateway.recordInterrupted()
    await services.gateway.heedOperators()
    await services.gateway.endOrphanedTokens()
    let group = ServiceGroup(
      configuration: .init(
        services: [
          .init(service: Housekeeping(gateway: services.gateway)),
          .init(service: Reloading(gateway: services.gateway, path: path, environment: environment, builder: services.builder)),
          .init(
            service: Serving(gateway: services.gateway, group: services.group, started: started),
            successTerminationBehavior: .gracefullyShutdownGroup),
        ],
        gracefulShutdownSignals: [.sigterm, .sigint], logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() }))
    do {
      try await group.run()
    } catch {
      throw .start("\(error)")
    }
    await end(services)
  }

  private struct Services {
    let gateway: GatewayServices
    let builder: ConfigurationBuilder
    let group: MultiThreadedEventLoopGroup
  }

  private func services(_ settings: Settings) throws(Failure) -> Services {
    let metrics = Metrics(version: Self.version)
    let output = LineWriter(self.output)
    let level = Logger.Level(rawValue: settings.log.level) ?? .info
    let log = Logger(label: "imprimatur") { _ in LineLogHandler(output, as: settings.log.format, from: level, clock: clock) }
    let audit = AuditLog(auditWriter(settings, output, log, metrics), onFailure: settings.audit.onFailure)
    let store = try store(settings, log)
    let threads = NIOThreadPool(numberOfThreads: max(2, System.coreCount))
    threads.start()
    let builder = ConfigurationBuilder(
      environment: environment, threads: threads, log: log, metrics: metrics,
      signatures: VerifiedSignatureCache(capacity: Self.cachedSignatures), now: { [clock] in clock().unixTime ?? .latest })
    let configuration: Configuration
    do { configuration = try builder.build(settings, replacing: nil) } catch {
      throw .configuration([
        SettingsProblem(file: path, severity: .error, rule: .unusable, message: error.message)
      ])
    }
    let descriptors = DescriptorLimits.raised()
    let limits = settings.server.limits
    if descriptors.clientConnections(upTo: limits.connections) < limits.connections {
      log.log(
        .connectionsLimited,
        ["connections": "\(descriptors.clientConnections(upTo: limits.connections))", "descriptors": "\(descriptors.total)"])
    }
    let gateway = GatewayServices(
      configuration: configuration, store: store, audit: audit, log: log, metrics: metrics, threads: threads,
      descriptors: descriptors, clock: clock)
    return Services(gateway: gateway, builder: builder, group: MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount))
  }

  private func auditWriter(_ settings: Settings, _ output: LineWriter, _ log: Logger, _ metrics: Metrics) -> LineWriter {
    guard let file = settings.audit.file else { return output }
    return LineWriter(.file(path: file)) { condition in
      switch condition {
      case .writable: log.log(.auditAvailable)
      case .unwritable(let number): log.log(.auditUnavailable, ["errno": "\(number)"])
      }
    }
  }

  private func store(_ settings: Settings, _ log: Logger) throws(Failure) -> any StateStore {
    let store = settings.state.open(as: .gateway, environment) { trouble in
      if let trouble { log.log(.stateUnavailable, ["failure": "\(trouble)"]) } else { log.log(.stateAvailable) }
    }
    guard let store else { throw .start("there is no state store") }
    return store
  }

  private func end(_ services: Services) async {
    await services.gateway.recordGatheredRefusals()
    await services.gateway.audit.flush()
    await services.gateway.store.close()
    services.gateway.log.log(.serverStopped)
    await services.gateway.audit.finish()
    try? await services.group.shutdownGracefully()
    await services.gateway.inspections.shutDown()
    try? await services.gateway.threads.shutdownGracefully()
  }
}
