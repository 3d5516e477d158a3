import ArgumentParser
import Foundation
import Gateway
import Observability

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "serve", abstract: "Runs the gateway until it is told to stop.")

  @OptionGroup var configurationOption: ConfigurationOption

  func run() async throws {
    if !ProcessSecrecy.enable() { Terminal.complain(StartupLine.exposed(at: .now())) }
    do throws(Gateway.Failure) {
      try await Gateway(configurationFile: configurationOption.path, environment: ProcessInfo.processInfo.environment).run()
    } catch {
      throw error.reported()
    }
  }
}

extension Gateway.Failure {
  /// Says on standard error why the gateway does not run, and returns what the process must exit with.
  func reported() -> ExitCode {
    Terminal.complain(StartupLine.failure(self, at: .now()))
    return switch cause {
    case .configuration: ExitCode(2)
    case .start: ExitCode(1)
    }
  }
}
