import Digests
import Logging
import PublisherPolicy
import ServiceLifecycle
import StateStore
import UnixSignals

/// Puts a new configuration in force when its files change or the process is told to (SIGHUP), as a whole or not at all.
struct Reloading: Service {
  private static let interval = Duration.seconds(2)

  let gateway: GatewayServices
  let path: String
  let environment: [String: String]
  let builder: ConfigurationBuilder

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { tasks in
        tasks.addTask { await reloadOnSignal() }
        tasks.addTask { await reloadOnChange() }
      }
    }
  }

  private func reloadOnSignal() async {
    for await _ in await UnixSignalsSequence(trapping: .sighup) {
      gateway.audit.reopen()
      await reload()
    }
  }

  private func reloadOnChange() async {
    var seen = files
    while !Task.isCancelled {
      do { try await Task.sleep(for: Self.interval) } catch { return }
      let now = files
      guard now != seen else { continue }
      await reload()
      seen = files.asSeen(in: now)
    }
  }

  private var files: WatchedFiles { WatchedFiles(of: gateway.configuration.settings) }

  private func reload() async {
    let (loaded, problems) = SettingsFile.load(path, environment: environment, reading: SettingsDisk())
    guard let settings = loaded else { return reject(problems.map(\.description)) }
    let old = gateway.configuration
    let new: Configuration
    do throws(ConfigurationBuilder.Failure) {
      new = try builder.build(settings, replacing: old)
    } catch {
      return reject([error.message])
    }
    gateway.adopt(new)
    let changes = SettingsChanges(from: old.settings, to: settings)
    await revokeTokens(of: changes.removedPublishers)
    // Keys survive a reload, but nobody else would soon look into a file for new ones.
    for issuer in new.issuers.values where issuer.settings.keys.file != nil { await issuer.keys.refresh() }
    gateway.metrics.reloads.add(1, MetricLabel(Metrics.ReloadResult.loaded))
    gateway.log.log(
      .configurationLoaded,
      [
        "config.digest": "sha256:\(settings.digest.hex)",
        "changes": .array(changes.words.map { "\($0)" }),
      ])
  }

  /// A token never outlives its publisher's entry, even if the entry comes back. Until the store can be told, an entry that is gone grants nothing.
  private func revokeTokens(of publishers: [PublisherID]) async {
    guard !publishers.isEmpty else { return }
    _ = try? await gateway.store.revoke(publishers, at: gateway.now(), nil)
  }

  private func reject(_ problems: [String]) {
    gateway.metrics.reloads.add(1, MetricLabel(Metrics.ReloadResult.rejected))
    gateway.log.log(.configurationRejected, ["problems": .array(problems.map { "\($0)" })])
  }
}
