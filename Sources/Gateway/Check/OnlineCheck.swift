import NIOCore
import NIOPosix
import PublisherPolicy
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
    let configuration: Configuration
    do throws(ConfigurationBuilder.Failure) {
      configuration = try builder.build(settings, replacing: nil)
    } catch {
      return [SettingsProblem(file: file, severity: .error, rule: .unusable, message: error.message)]
    }
    var problems: [SettingsProblem] = []
    for issuer in configuration.issuers.values.sorted(by: { $0.settings.url < $1.settings.url }) {
      await issuer.keys.refresh()
      if issuer.keys.trusted == nil {
        problems.append(problem("issuers.\(issuer.name)", .error, "its keys can't be fetched from \(issuer.settings.url)"))
      }
    }
    for registry in configuration.registries { problems += await check(registry) }
    return problems
  }

  private func check(_ registry: Registry) async -> [SettingsProblem] {
    let key = "registries.\(registry.name).upstream"
    do throws(UpstreamFailure) {
      let credential = try await registry.credential.current()
      let shown = try await status(of: registry, credential, at: registry.origin)
      if [401, 403, 407].contains(shown) { return [problem(key, .error, "the registry refuses the credential: it answered \(shown)")] }
      guard credential != nil else { return [] }
      // Without our certificate, too: a registry that talks to nobody else is none that whoever reaches it may publish to.
      let hidden: Int
      do throws(UpstreamFailure) { hidden = try await status(of: registry, nil, at: registry.openOrigin) } catch { return [] }
      guard [401, 403, 407].contains(hidden) else {
        return [problem(key, .warning, "the registry answers \(hidden) to a publish without a credential: whoever reaches it may publish")]
      }
      return []
    } catch {
      return [problem(key, .error, error.explanation)]
    }
  }

  /// The status of a publish of nothing: who may publish is told that it is empty, who may not is told that.
  private func status(
    of registry: Registry, _ credential: ServiceCredential?, at origin: UpstreamOrigin
  ) async throws(UpstreamFailure) -> Int {
    let bytes = try await origin.connect(on: MultiThreadedEventLoopGroup.singleton.any())
    let connection = UpstreamConnection(bytes, slot: nil, wasReused: false, limits: Limits())
    let head = UpstreamHead(probing: registry, with: credential)
    _ = try await connection.send(.byteBuffer(ByteBuffer(bytes: head.bytes)))
    let answer = try await connection.answerHead(to: .post, by: .now() + .seconds(10))
    return answer.status
  }

  private func problem(_ key: String, _ severity: SettingsProblem.Severity, _ message: String) -> SettingsProblem {
    SettingsProblem(file: file, keyPath: key, severity: severity, rule: .online, message: message)
  }
}
