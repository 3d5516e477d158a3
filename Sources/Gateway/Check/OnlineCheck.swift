package import Configuration
import NIOPosix
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
    let answers: ProbeAnswers
    do {
      answers = try await ask(registry)
    } catch let failure as UpstreamFailure {
      return [problem("\(key).upstream.url", .error, failure.explanation)]
    } catch {
      return [problem("\(key).upstream.url", .error, "it can't be reached: \(ConnectionTrouble.words(for: error, with: registry.origin))")]
    }
    return answers.findings(of: registry.settings).map { problem("\(key).\($0.key)", $0.severity, $0.message) }
  }

  private func ask(_ registry: Registry) async throws -> ProbeAnswers {
    let credential = try await registry.credential.current()
    let known = try await asking(registry.origin) { connection throws(UpstreamFailure) in
      try await PublishProbe.status(of: registry, with: credential, on: connection)
    }
    var answers = ProbeAnswers(known: known)
    guard credential != nil || registry.settings.upstream.clientCertificate != nil else { return answers }
    // Without the client certificate, too: a registry that demands one is not open.
    answers.unknown = try? await asking(registry.openOrigin) { connection throws(UpstreamFailure) in
      try await PublishProbe.status(of: registry, with: nil, on: connection)
    }
    for page in answers.unknown == nil ? [] : registry.settings.ecosystem.type.listings {
      let status = try? await asking(registry.openOrigin) { connection throws(UpstreamFailure) in
        try await PublishProbe.status(ofReading: registry.settings.upstream.basePath + page, of: registry, on: connection)
      }
      if status == 200 { answers.openPage = page }
    }
    return answers
  }

  /// Asks one question on a connection of its own. What is thrown is the cause where the connection fails.
  private func asking(
    _ origin: UpstreamOrigin, _ question: (UpstreamConnection) async throws(UpstreamFailure) -> Int
  ) async throws -> Int {
    let bytes = try await origin.open(on: MultiThreadedEventLoopGroup.singleton.any())
    do throws(UpstreamFailure) {
      return try await question(UpstreamConnection(bytes, slot: nil, wasReused: false, limits: settings.server.limits))
    } catch {
      if let trouble = await bytes.trouble { throw trouble }
      throw error
    }
  }

  private func problem(_ keyPath: String, _ severity: SettingsProblem.Severity, _ message: String) -> SettingsProblem {
    settings.places.problem(keyPath, severity, .online, message, file: file)
  }
}
