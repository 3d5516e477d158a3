package import Configuration
import Observability
import PublisherPolicy
import RegistryClient
import RegistryProtocols
import StrictParsers
import TokenVerification

/// What only the network tells of a configuration: whether issuers give their keys, and registries take the credential, and nothing without it.
package struct OnlineCheck: Sendable {
  private let settings: Settings
  private let environment: [String: String]
  private let file: String

  package init(settings: Settings, environment: [String: String], file: String) {
    self.settings = settings
    self.environment = environment
    self.file = file
  }

  package func run() async -> [SettingsProblem] {
    let builder = ConfigurationBuilder.forCommand(environment: environment, now: { Timestamp.now().unixTime ?? .latest })
    let configuration: ConfigurationSnapshot
    do throws(ConfigurationBuilder.Failure) {
      configuration = try builder.build(settings, replacing: nil)
    } catch {
      return [SettingsProblem(file: file, severity: .error, rule: .unusable, message: error.message)]
    }
    var problems: [SettingsProblem] = []
    for issuer in configuration.issuers.values.sorted(by: { $0.settings.url < $1.settings.url }) {
      await issuer.keys.refresh()
      if issuer.keys.trusted == nil {
        let cause = issuer.keys.failure.map { ": \(Printable.sentence(ExactString($0.explanation)))" } ?? ""
        problems.append(problem("issuers.\(issuer.name)", .error, "its keys can't be had\(cause)"))
      }
    }
    for registry in configuration.registries { problems += await check(registry) }
    return problems
  }

  private func check(_ registry: Registry) async -> [SettingsProblem] {
    let key = "registries.\(registry.name)"
    let findings: [ProbeAnswers.Finding]
    do {
      findings = try await RegistryCheck(settings: settings, registry: registry).findings()
    } catch let failure as UpstreamFailure {
      return [problem("\(key).upstream.url", .error, failure.explanation)]
    } catch {
      return [problem("\(key).upstream.url", .error, "it can't be reached: \(ConnectionTrouble.words(for: error, with: registry.origin))")]
    }
    return findings.map { problem("\(key).\($0.key)", $0.severity, $0.message) }
  }

  private func problem(_ keyPath: String, _ severity: SettingsProblem.Severity, _ message: String) -> SettingsProblem {
    settings.places.problem(keyPath, severity, .online, message, file: file)
  }
}
