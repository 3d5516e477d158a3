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
      switch error {
      case .configuration(let problems):
        for problem in problems { Terminal.complain(problem.description) }
        throw ExitCode(2)
      case .start(let message):
        Terminal.complain(message)
        throw ExitCode(1)
      }
    }
  }
}
