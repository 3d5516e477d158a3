import Foundation
import Gateway
import Observability
import RegistryProtocols

/// The gateway with one ecosystem more than the product has, for tests.
@main enum MadeUpGateway {
  static let catalog = RegistryCatalog.all + [Ecosystem(DepotProtocol.self)]

  /// Takes what `imprimatur serve -c FILE` takes.
  static func main() async {
    guard CommandLine.arguments.count == 4, let path = CommandLine.arguments.last else { exit(64) }
    do throws(Gateway.Failure) {
      try await Gateway(configurationFile: path, environment: ProcessInfo.processInfo.environment, ecosystems: catalog).run()
    } catch {
      FileHandle.standardError.write(Data(StartupLine.failure(error, at: .now())))
      exit(1)
    }
  }
}
