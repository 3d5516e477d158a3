import ArgumentParser
import Configuration
import Foundation
import Gateway

struct HealthcheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "healthcheck", abstract: "Asks the running gateway's /ready, for a container's HEALTHCHECK.")

  @Option(name: [.customShort("c"), .customLong("config")], help: ArgumentHelp("The configuration's file.", valueName: "file"))
  var path: String?

  func run() async throws {
    let address: ListenAddress
    if let path {
      let (settings, problems) = SettingsFile.load(
        path, environment: ProcessInfo.processInfo.environment, reading: SettingsDisk(), for: .judging)
      guard let admin = settings?.admin else {
        for problem in problems where problem.severity == .error { Terminal.complain(problem.description) }
        if settings != nil { Terminal.complain("\(path) has no admin listener") }
        throw ExitCode(1)
      }
      address = admin
    } else {
      address = .usualAdmin
    }
    if let trouble = await Healthcheck.trouble(at: address) {
      Terminal.complain(trouble)
      throw ExitCode(1)
    }
  }
}
