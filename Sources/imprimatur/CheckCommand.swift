import ArgumentParser
import Configuration
import Foundation
import Gateway
import Observability
import StrictParsers

struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "check", abstract: "Says everything that is wrong with a configuration.")

  @OptionGroup var configurationOption: ConfigurationOption
  @Flag(help: "Warnings are errors.") var strict = false
  @Flag(help: "Also fetch each issuer's keys and reach each registry with its credential.") var online = false
  @Flag(help: "Read no secret, certificate or folder: for a machine that does not serve.") var withoutSecrets = false
  @Flag(help: "Print JSON.") var json = false
  @Option(help: ArgumentHelp("Write what is wrong as SARIF 2.1.0.", valueName: "file")) var sarif: String?

  func validate() throws {
    if withoutSecrets, online { throw ValidationError("--online shows registries their credential, which is a secret") }
  }

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    let (settings, found) = SettingsFile.load(
      configurationOption.path, environment: environment, reading: SettingsDisk(),
      for: withoutSecrets ? .reviewing(at: .now()) : .checking(at: .now()))
    var problems = found
    if online, let settings {
      problems += await OnlineCheck(settings: settings, environment: environment, file: configurationOption.path).run()
    }
    let isFine = !problems.contains { strict || $0.severity == .error }
    if let sarif {
      let log = SARIFLog(problems, isStrict: strict, in: FileManager.default.currentDirectoryPath)
      try ReportFile.write(log.json.encoded(), to: sarif)
    }
    if json {
      Terminal.say(String(decoding: Self.report(problems, isFine).encoded(), as: UTF8.self))
    } else {
      for problem in problems { Terminal.say(problem.description) }
      if isFine, let settings { Terminal.say("\(configurationOption.path): \(Self.summary(settings))") }
    }
    if !isFine { throw ExitCode(1) }
  }

  private static func summary(_ settings: Settings) -> String {
    "fine: \(settings.issuers.count) issuers, \(settings.registries.count) registries, \(settings.publishers.count) publishers"
  }

  private static func report(_ problems: [SettingsProblem], _ isFine: Bool) -> JSONValue {
    .members {
      $0.add("ok", isFine)
      $0.add("problems", problems.map(\.json))
    }
  }
}
