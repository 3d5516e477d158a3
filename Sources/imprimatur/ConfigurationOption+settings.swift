import ArgumentParser
import Configuration
import Foundation
import Gateway

extension ConfigurationOption {
  /// The settings; 2 where something is wrong with them, which is told on standard error.
  func settings(for purpose: SettingsFile.Purpose) throws(ExitCode) -> Settings {
    let (settings, problems) = SettingsFile.load(
      path, environment: ProcessInfo.processInfo.environment, reading: SettingsDisk(), for: purpose)
    if let settings { return settings }
    for problem in problems { Terminal.complain(problem.description) }
    throw ExitCode(2)
  }
}
