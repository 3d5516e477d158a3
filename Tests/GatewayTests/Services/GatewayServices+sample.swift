import Logging
import NIOPosix
import Observability
import StateStore
import TestSupport
import TokenVerification

@testable import Gateway

extension GatewayServices {
  /// A gateway of a small configuration that records nothing and serves nothing.
  static func sample(
    _ sample: SettingsSample = SettingsSample(), descriptors: DescriptorLimits = DescriptorLimits(total: 10_000),
    log: Logger = Logger(label: "none") { _ in SwiftLogNoOpLogHandler() }
  ) throws -> GatewayServices {
    let builder = ConfigurationBuilder.forCommand(environment: sample.environment) { .latest }
    return GatewayServices(
      configuration: try builder.build(try sample.settings(), replacing: nil), store: SQLiteStore.memory(),
      audit: AuditLog(LineWriter(.file(path: "/dev/null"))), log: log,
      metrics: Metrics(version: "1.0"), threads: .singleton, descriptors: descriptors, droppedLines: { 0 },
      clock: { ObservabilitySample.time })
  }
}
