import Configuration
import Logging
package import Observability

/// What `serve` says on standard error, before there is a log or instead of one, in the log's format.
package enum StartupLine {
  /// That the system does not let the process forbid core files, and reading its memory.
  package static func exposed(at time: Timestamp) -> [UInt8] { LogLine(.serverExposed, [:], at: time).encoded(as: .json) }

  /// Why the gateway does not run.
  package static func failure(_ failure: Gateway.Failure, at time: Timestamp) -> [UInt8] {
    let line =
      switch failure.cause {
      case .configuration(let problems):
        LogLine(.configurationRejected, ["problems": .array(problems.map { "\($0.description)" })], at: time)
      case .start(let message): LogLine(.serverFailed, ["failure": "\(message)"], at: time)
      }
    return line.encoded(as: failure.format)
  }
}
