import ArgumentParser
import Foundation
import Gateway

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "serve", abstract: "Runs the gateway until it is told to stop.")

  @OptionGroup var configurationOption: ConfigurationOption

  func run() async throws {
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
    switch self {
    case .configuration(let problems):
      for problem in problems { Terminal.complain(problem.description) }
      return ExitCode(2)
    case .start(let message):
      Terminal.complain(message)
      return ExitCode(1)
    }
  }
}
