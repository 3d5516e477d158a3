import ArgumentParser
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
      let (settings, _) = SettingsFile.load(path, environment: ProcessInfo.processInfo.environment, reading: SettingsDisk())
      guard let admin = settings?.admin else {
        Terminal.complain("\(path) has no admin listener, or can't be read")
        throw ExitCode(1)
      }
      address = admin
    } else {
      address = .usualAdmin
    }
    guard await Healthcheck.isReady(at: address) else { throw ExitCode(1) }
  }
}
