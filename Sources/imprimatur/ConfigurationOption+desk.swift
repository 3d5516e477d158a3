import ArgumentParser
import Configuration
import Foundation
import Gateway
import Observability

extension ConfigurationOption {
  /// Runs an operator's command on the store of the configuration, whatever else is wrong with that, which is told: 2 where the store is not named, 1
  /// where the command can't be carried out.
  func withDesk<Value>(_ command: (OperatorCommands) async throws(OperatorCommands.Failure) -> Value) async throws(ExitCode) -> Value {
    let environment = ProcessInfo.processInfo.environment
    let (settings, problems) = SettingsFile.load(path, environment: environment, reading: SettingsDisk(), for: .operating)
    let errors = problems.filter { $0.severity == .error }
    for problem in errors { Terminal.complain(problem.description) }
    guard let settings else { throw ExitCode(2) }
    do throws(OperatorCommands.Failure) {
      let desk = try OperatorCommands(
        settings: settings, isWhole: errors.isEmpty, environment: environment, person: .current(environment), now: .now())
      do throws(OperatorCommands.Failure) {
        let value = try await command(desk)
        await desk.close()
        return value
      } catch {
        await desk.close()
        throw error
      }
    } catch {
      Terminal.complain(error.description)
      throw ExitCode(1)
    }
  }
}
