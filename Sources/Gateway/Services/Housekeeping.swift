import CMalloc
import NIOPosix
import ServiceLifecycle
import StateStore

/// What must happen now and then: issuers' keys are kept fresh, what operators told the store is applied, what it may forget is removed, what it
/// could not tell at the start is recorded, and so are gathered refusals.
struct Housekeeping: Service {
  private static let interval = Duration.seconds(60)
  private static let batch = 500
  private static let gatheringInterval = Duration.seconds(10)
  /// What is frozen is frozen everywhere within a second.
  private static let bulletinInterval = Duration.milliseconds(400)

  let gateway: GatewayServices

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { tasks in
        tasks.addTask { await sweep() }
        tasks.addTask { await keepKeysFresh() }
        tasks.addTask { await applyOperatorUpdates() }
        tasks.addTask { await recordGatheredRefusals() }
      }
    }
  }

  private func sweep() async {
    while !Task.isCancelled {
      await gateway.upkeep.recordInterrupted()
      await gateway.endOrphanedTokens()
      while let removed = try? await gateway.store.removeExpired(at: gateway.now(), limit: Self.batch), removed == Self.batch {}
      // What many connections held at a time goes back to the system.
      await Self.trimMemory(on: gateway.threads)
      do { try await Task.sleep(for: Self.interval) } catch { return }
    }
  }

  private static func trimMemory(on threads: NIOThreadPool) async {
    _ = try? await threads.runIfActive { malloc_trim(0) }
  }

  private func applyOperatorUpdates() async {
    while !Task.isCancelled {
      do { try await Task.sleep(for: Self.bulletinInterval) } catch { return }
      await gateway.applyOperatorUpdates()
    }
  }

  private func recordGatheredRefusals() async {
    while !Task.isCancelled {
      do { try await Task.sleep(for: Self.gatheringInterval) } catch { return }
      await gateway.recordGatheredRefusals()
    }
  }

  /// Asks often whether a refresh is due, since a reload may bring new issuers: the keys themselves know when it is.
  private func keepKeysFresh() async {
    while !Task.isCancelled {
      await withTaskGroup(of: Void.self) { tasks in
        for issuer in gateway.configuration.issuers.values { tasks.addTask { await issuer.keys.refreshIfDue() } }
      }
      do { try await Task.sleep(for: .seconds(1)) } catch { return }
    }
  }
}
