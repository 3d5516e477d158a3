import Observability
import PublisherPolicy
import StateStore
import StrictParsers
import TestSupport
import Testing
import TokenVerification

@testable import Gateway

/// What a publish asks of the gateway, as a test sets it.
final class SampleWorld: PublishWorld {
  var configuration: ConfigurationSnapshot
  var seconds = PublishSample.now
  var freezes: [Freeze] = []
  var canRecord = true
  var taken: Set<SentFile> = []
  /// How often the time was asked for: once to verify a token, and once for each decision of the policy.
  private(set) var timeReads = 0
  private(set) var unaccountedClaims: [ExactString] = []

  init(_ configuration: ConfigurationSnapshot) { self.configuration = configuration }

  func now() -> UnixTime {
    timeReads += 1
    return UnixTime(seconds) ?? .latest
  }

  var clock: @Sendable () -> Timestamp { { [seconds] in Timestamp(milliseconds: seconds * 1000) } }

  func freeze(of registry: RegistryName, _ publisher: PublisherID?) -> Freeze? {
    freezes.first { $0.scope.covers(registry, publisher) }
  }

  func hasTaken(_ file: SentFile) -> Bool { taken.contains(file) }

  func noteUnaccountedClaims(_ names: [ExactString], of issuer: IssuerName) { unaccountedClaims += names }

  // MARK: - What may change in between

  func freeze(_ scope: Freeze.Scope) throws { freezes.append(Freeze(scope: scope, why: "a leak", since: try PublishSample.time())) }

  /// Puts a configuration in force that differs in what `change` changes.
  func reload(_ sample: SettingsSample) throws { configuration = try PublishSample.configuration(sample) }
}
