import NIOCore
import RegistryClient
import Secrets

/// Finds out what a registry's 403 is about: the service credential, or the file.
///
/// The registry is asked once at a time and once a minute at most; callers that ask meanwhile get the same answer.
actor CredentialProbe {
  static let interval = TimeAmount.minutes(1)

  private struct Found {
    /// Of the credential's file.
    let version: FileVersion?
    let time: NIODeadline
    let isRefused: Bool
  }

  private let now: @Sendable () -> NIODeadline
  private var last: Found?
  private var running: Task<Bool, Never>?

  init(now: @escaping @Sendable () -> NIODeadline = { .now() }) { self.now = now }

  /// Whether the registry refuses the credential. False if it can't be asked.
  ///
  /// - Parameters:
  ///   - version: Of the credential's file: of another credential, what was found does not tell.
  ///   - standing: Whether it has taken the credential since it was asked.
  ///   - ask: Whether its answer to a publish of nothing says that it refuses the credential.
  func isRefused(
    _ version: FileVersion?, _ standing: CredentialStanding, _ ask: @escaping @Sendable () async throws(UpstreamFailure) -> Bool
  ) async -> Bool {
    if let running { return await running.value }
    if let last, last.version == version, now() - last.time < Self.interval { return last.isRefused && !standing.isAccepted }
    let task = Task {
      do throws(UpstreamFailure) { return try await ask() } catch { return false }
    }
    running = task
    let isRefused = await task.value
    running = nil
    last = Found(version: version, time: now(), isRefused: isRefused)
    return isRefused
  }
}
