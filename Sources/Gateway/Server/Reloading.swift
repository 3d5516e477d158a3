import Digests
import Logging
import ServiceLifecycle
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
    await gateway.endOrphanedTokens(of: SettingsChanges.removedPublishers(from: old.settings, to: settings))
    // Keys survive a reload, but nobody else would soon look into a file for new ones.
    for issuer in new.issuers.values where issuer.settings.keys.file != nil { await issuer.keys.refresh() }
    gateway.metrics.reloads.add(1, MetricLabel(Metrics.ReloadResult.loaded))
    gateway.log.log(
      .configurationLoaded,
      [
        "config.digest": "sha256:\(settings.digest.hex)",
        "changes": .array(SettingsChanges(from: old.settings, to: settings).words.map { "\($0)" }),
      ])
  }

  private func reject(_ problems: [String]) {
    gateway.metrics.reloads.add(1, MetricLabel(Metrics.ReloadResult.rejected))
    gateway.log.log(.configurationRejected, ["problems": .array(problems.map { "\($0)" })])
  }
}
