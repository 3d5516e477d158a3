import Configuration
import Digests
import Logging
import Observability
import RegistryProtocols
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Puts a new configuration in force when its files change or the process is told to (SIGHUP), as a whole or not at all.
struct Reloading: Service {
  private static let interval = Duration.seconds(1)

  let gateway: GatewayServices
  let path: String
  let environment: [String: String]
  let ecosystems: [Ecosystem]
  let builder: ConfigurationBuilder

  func run() async throws {
    let signal = PendingSignal()
    // One task reloads, so that an older configuration never takes the place of a newer one.
    let (reasons, reason) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { tasks in
        tasks.addTask {
          for await _ in await UnixSignalsSequence(trapping: .sighup) {
            signal.note()
            reason.yield()
          }
        }
        tasks.addTask {
          while (try? await Task.sleep(for: Self.interval)) != nil { reason.yield() }
          reason.finish()
        }
        tasks.addTask { await reload(for: reasons, signal) }
      }
    }
  }

  /// At a signal at once; otherwise where the files differ from what was loaded, and have been left alone between two looks.
  private func reload(for reasons: AsyncStream<Void>, _ signal: PendingSignal) async {
    var loaded = files
    var last = loaded
    for await _ in reasons {
      let now = files
      defer { last = now }
      if signal.take() { gateway.audit.reopen() } else if now == loaded || now != last { continue }
      await reload()
      loaded = files.asSeen(in: now)
    }
  }

  private var files: WatchedFiles { WatchedFiles(of: gateway.configuration.settings) }

  private func reload() async {
    let (loaded, problems) = SettingsFile.load(path, environment: environment, reading: SettingsDisk(), ecosystems: ecosystems)
    guard let settings = loaded else { return reject(problems.map(\.description)) }
    let old = gateway.configuration
    let new: ConfigurationSnapshot
    do throws(ConfigurationBuilder.Failure) {
      new = try builder.build(settings, replacing: old)
    } catch {
      return reject([error.message])
    }
    gateway.adopt(new)
    let changes = SettingsChanges(from: old.settings, to: settings)
    await gateway.endOrphanedTokens(of: changes.removedPublishers)
    // Keys survive a reload, but nobody else would soon look into a file for new ones.
    for issuer in new.issuers.values where issuer.settings.keys.file != nil { await issuer.keys.refresh() }
    gateway.metrics.count(.loaded, at: gateway.now())
    gateway.log.log(
      .configurationLoaded,
      [
        "config.digest": "sha256:\(settings.digest.hex)",
        "changes": .array(changes.words.map { "\($0)" }),
      ])
  }

  private func reject(_ problems: [String]) {
    gateway.metrics.count(.rejected, at: gateway.now())
    gateway.log.log(.configurationRejected, ["problems": .array(problems.map { "\($0)" })])
  }
}

/// That a signal came which nothing was done about yet.
private final class PendingSignal: Sendable {
  private let isPending = Mutex(false)

  func note() { isPending.withLock { $0 = true } }

  func take() -> Bool {
    isPending.withLock { isPending in
      defer { isPending = false }
      return isPending
    }
  }
}
