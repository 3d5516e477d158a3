package import Configuration
import Logging
import NIOCore
import NIOPosix
package import Observability
package import RegistryProtocols
import ServiceLifecycle
import StateStore
import StrictParsers
import TokenVerification
import UnixSignals

/// The whole gateway: what `imprimatur serve` runs.
package struct Gateway: Sendable {
  private static let cachedSignatures = 1024

  /// Why it does not run.
  package struct Failure: Error, Sendable {
    package enum Cause: Error, Sendable {
      case configuration([SettingsProblem])
      case start(String)
    }

    package let cause: Cause
    /// What the configuration wants, or what is usual where it can't be read.
    let format: LogFormat
  }

  private let path: String
  private let environment: [String: String]
  private let output: LineDestination
  private let ecosystems: [Ecosystem]
  private let clock: @Sendable () -> Timestamp

  /// - Parameters:
  ///   - output: where the log goes, and the audit records too unless the configuration names a file for them.
  ///   - ecosystems: Whose registries there can be.
  package init(
    configurationFile path: String, environment: [String: String], output: LineDestination = .standardOutput,
    ecosystems: [Ecosystem] = RegistryCatalog.all,
    clock: @escaping @Sendable () -> Timestamp = { .now() }
  ) {
    self.path = path
    self.environment = environment
    self.output = output
    self.ecosystems = ecosystems
    self.clock = clock
  }

  /// Serves until the process is told to stop, and has finished what runs by then. `started` is told the public listener's address.
  package func run(started: @escaping @Sendable (ListenAddress) -> Void = { _ in }) async throws(Failure) {
    let (loaded, problems) = SettingsFile.load(path, environment: environment, reading: SettingsDisk(), ecosystems: ecosystems)
    guard let settings = loaded else { throw Failure(cause: .configuration(problems), format: .json) }
    do throws(Failure.Cause) {
      try await run(settings, started)
    } catch {
      throw Failure(cause: error, format: settings.log.format)
    }
  }

  private func run(_ settings: Settings, _ started: @escaping @Sendable (ListenAddress) -> Void) async throws(Failure.Cause) {
    let services = try services(settings)
    await services.gateway.upkeep.recordInterrupted()
    await services.gateway.applyOperatorUpdates()
    await services.gateway.endOrphanedTokens()
    let loops: GatewayLoops
    do { loops = try await GatewayLoops(services.group, services.gateway) } catch { throw .start("its event loops can't be had") }
    let group = ServiceGroup(
      configuration: .init(
        services: [
          .init(service: Housekeeping(gateway: services.gateway)),
          .init(
            service: Reloading(
              gateway: services.gateway, path: path, environment: environment, ecosystems: ecosystems, builder: services.builder)),
          .init(
            service: Serving(gateway: services.gateway, group: services.group, loops: loops, started: started),
            successTerminationBehavior: .gracefullyShutdownGroup),
        ],
        gracefulShutdownSignals: [.sigterm, .sigint], logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() }))
    do {
      try await group.run()
    } catch let failure as Listener.Failure {
      throw .start(failure.description)
    } catch {
      throw .start("a part of the gateway ended by itself")
    }
    await loops.drain()
    await end(services)
  }

  private struct Services {
    let gateway: GatewayServices
    let builder: ConfigurationBuilder
    let group: MultiThreadedEventLoopGroup
  }

  private func services(_ settings: Settings) throws(Failure.Cause) -> Services {
    let metrics = Metrics(version: Product.version)
    let output = LineWriter(self.output)
    let level = Logger.Level(rawValue: settings.log.level) ?? .info
    let log = Logger(label: "imprimatur") { _ in LineLogHandler(output, as: settings.log.format, from: level, clock: clock) }
    let auditWriter = auditWriter(settings, output, log, metrics)
    let audit = AuditLog(auditWriter, onFailure: settings.audit.onFailure)
    let store = try store(settings, log, metrics)
    let threads = NIOThreadPool(numberOfThreads: max(2, Processors.usable))
    threads.start()
    let builder = ConfigurationBuilder(
      environment: environment, threads: threads, log: log, metrics: metrics,
      signatures: VerifiedSignatureCache(capacity: Self.cachedSignatures), now: { [clock] in clock().unixTime ?? .latest })
    let configuration: ConfigurationSnapshot
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
        [
          "connections": .stringConvertible(descriptors.clientConnections(upTo: limits.connections)),
          "descriptors": .stringConvertible(descriptors.total),
        ])
    }
    let gateway = GatewayServices(
      configuration: configuration, store: store, audit: audit, log: log, metrics: metrics, threads: threads,
      descriptors: descriptors,
      droppedLines: { auditWriter === output ? output.dropped : output.dropped + auditWriter.dropped }, clock: clock)
    return Services(gateway: gateway, builder: builder, group: MultiThreadedEventLoopGroup(numberOfThreads: Processors.usable))
  }

  private func auditWriter(_ settings: Settings, _ output: LineWriter, _ log: Logger, _ metrics: Metrics) -> LineWriter {
    guard let file = settings.audit.file else {
      metrics.auditWritable.set(1)
      return output
    }
    let report: @Sendable (LineWriter.Condition) -> Void = { condition in
      metrics.auditWritable.set(condition == .writable ? 1 : 0)
      switch condition {
      case .writable: log.log(.auditAvailable)
      case .unwritable(let number):
        log.log(
          .auditUnavailable, ["file": "\(file)", "errno": .stringConvertible(number), "failure": "\(SystemError.words(number))"])
      }
    }
    let writer = LineWriter(.file(path: file), report: report)
    // What it finds out when it opens the file first is no change that it would tell.
    if writer.condition == .writable { metrics.auditWritable.set(1) } else { report(writer.condition) }
    return writer
  }

  private func store(_ settings: Settings, _ log: Logger, _ metrics: Metrics) throws(Failure.Cause) -> any StateStore {
    metrics.stateAvailable.set(1)
    let store = settings.state.open(as: .gateway, environment) { trouble in
      metrics.stateAvailable.set(trouble == nil ? 1 : 0)
      if let trouble { log.log(.stateUnavailable, ["failure": "\(trouble)"]) } else { log.log(.stateAvailable) }
    }
    guard let store else { throw .start("there is no state store") }
    return MeasuredStore(store: store, times: metrics.stateOperation)
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
