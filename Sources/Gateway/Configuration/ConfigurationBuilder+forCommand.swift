import Logging
import NIOPosix
import Observability
import TokenVerification

extension ConfigurationBuilder {
  /// For a command that ends by itself: it logs nothing and remembers nothing.
  static func forCommand(environment: [String: String], now: @escaping @Sendable () -> UnixTime) -> ConfigurationBuilder {
    ConfigurationBuilder(
      environment: environment, threads: NIOThreadPool.singleton, log: Logger(label: "command") { _ in SwiftLogNoOpLogHandler() },
      metrics: Metrics(version: Product.version), signatures: VerifiedSignatureCache(capacity: 0), now: now)
  }
}
