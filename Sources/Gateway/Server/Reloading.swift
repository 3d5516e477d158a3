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
      reload()
    }
  }

  private func reloadOnChange() async {
    var seen = versions()
    while !Task.isCancelled {
      do { try await Task.sleep(for: Self.interval) } catch { return }
      let now = versions()
      if now != seen { reload() }
      seen = versions()
    }
  }

  /// Of each file that the configuration was read from, and of the folders where others may appear.
  private func versions() -> [String: FileVersion] {
    let files = gateway.configuration.settings.files + [path]
    let folders = Set(files.map { file in file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "." }.map { "\($0)/..data" })
    return Dictionary((files + folders).compactMap { file in FileVersion(of: file).map { (file, $0) } }) { first, _ in first }
  }

  private func reload() {
    let (loaded, problems) = SettingsFile.load(path, environment: environment, reading: SettingsDisk())
    guard let settings = loaded else { return reject(problems.map(\.description)) }
    let old = gateway.configuration
    do throws(ConfigurationBuilder.Failure) {
      gateway.adopt(try builder.build(settings, replacing: old))
    } catch {
      return reject([error.message])
    }
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
