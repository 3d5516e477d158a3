import ArgumentParser
import Configuration
import Foundation
import Gateway
import Observability
import StrictParsers

struct TestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Runs the policy tests of a configuration.",
    discussion: """
      They stand under `tests`, in the configuration, in files that it includes, or in the files that are named. Secrets and certificates \
      need not be there. Exits with 0 where all pass, 1 where one fails or there is none, and 2 where something is wrong with what was written.
      """)

  @OptionGroup var configurationOption: ConfigurationOption
  @Argument(help: ArgumentHelp("More files of tests.", valueName: "file")) var files: [String] = []
  @Flag(help: "Print JSON.") var json = false
  @Option(help: ArgumentHelp("Write the results as JUnit's XML.", valueName: "file")) var junit: String?
  @Option(help: ArgumentHelp("Write what fails as SARIF 2.1.0.", valueName: "file")) var sarif: String?

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    let path = configurationOption.path
    let (settings, problems) = SettingsFile.load(
      path, environment: environment, reading: SettingsDisk(), for: .judging, tests: files)
    let report: PolicyTestReport
    if let settings {
      report = PolicyTestReport(path, try await results(settings, environment))
    } else {
      report = PolicyTestReport(path, broken: problems)
    }
    if let junit { try ReportFile.write(report.junit.document, to: junit) }
    if let sarif { try ReportFile.write(report.sarif(in: FileManager.default.currentDirectoryPath).json.encoded(), to: sarif) }
    if json {
      Terminal.say(String(decoding: report.json.encoded(), as: UTF8.self))
    } else if settings == nil {
      Terminal.complain(report.text)
    } else {
      Terminal.say(report.text)
    }
    if report.exitCode != 0 { throw ExitCode(report.exitCode) }
  }

  private func results(_ settings: Settings, _ environment: [String: String]) async throws(ExitCode) -> [PolicyTestResult] {
    do throws(Explainer.Misunderstood) {
      let explainer = try Explainer(settings: settings, environment: environment, now: .now())
      var results: [PolicyTestResult] = []
      for test in settings.tests { results.append(await explainer.run(test)) }
      return results
    } catch {
      Terminal.complain(error.description)
      throw ExitCode(2)
    }
  }
}
