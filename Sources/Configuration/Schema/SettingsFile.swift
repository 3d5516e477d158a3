package import Observability
package import RegistryProtocols
import TokenVerification

/// A configuration's file, and those that it includes.
package enum SettingsFile {
  /// What a configuration is read for.
  package enum Purpose: Sendable {
    case serving
    /// To tell all that is wrong, on the machine that serves and at this time.
    case checking(at: Timestamp, certificates: CertificateFault.Check)
    /// To tell what is wrong with what is written, where secrets, certificates and folders may be elsewhere.
    case reviewing(at: Timestamp)
    /// Only what decides: secrets and certificates may be elsewhere.
    case judging
    /// Only where the state is, for commands that must work although the rest is wrong.
    case operating

    /// Whether secrets and certificates must be there.
    var looksIntoFiles: Bool {
      switch self {
      case .serving, .checking: true
      case .reviewing, .judging, .operating: false
      }
    }

    /// The time by which to tell what is over; `nil` if that is of no account.
    var time: UnixTime? {
      switch self {
      case .checking(let time, _), .reviewing(let time): time.unixTime
      case .serving, .judging, .operating: nil
      }
    }
  }

  /// All that is wrong with a configuration, and its settings unless some of it is an error.
  ///
  /// - Parameters:
  ///   - tests: Files of policy tests that are no part of the configuration.
  ///   - ecosystems: Whose registries there can be.
  package static func load(
    _ path: String, environment: [String: String], reading reader: any SettingsReading, for purpose: Purpose = .serving,
    tests: [String] = [], ecosystems: [Ecosystem] = RegistryCatalog.all
  ) -> (settings: Settings?, problems: [SettingsProblem]) {
    let problems = SettingsProblems()
    var files = SettingsFiles(reader: reader, problems: problems)
    var settings: Settings?
    if let root = files.parse(path) {
      let schema = SettingsSchema(environment: environment, reader: reader, purpose: purpose, ecosystems: ecosystems, problems: problems)
      settings = schema.read(root, &files, tests: tests)
    }
    let sorted = problems.all.sorted { ($0.file, $0.line, $0.column) < ($1.file, $1.line, $1.column) }
    let isUsable =
      switch purpose {
      case .serving, .checking, .reviewing, .judging: !problems.hasErrors
      case .operating:
        !problems.all.contains { problem in
          problem.severity == .error && ["state", "version"].contains { problem.keyPath.utf8.starts(with: $0.utf8) }
        }
      }
    return (isUsable ? settings : nil, sorted)
  }
}
