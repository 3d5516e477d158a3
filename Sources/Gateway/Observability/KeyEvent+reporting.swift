import Logging
import PublisherPolicy
import TokenVerification

extension Logger {
  /// One line of what became of an issuer's keys.
  func log(_ event: KeyEvent, of issuer: IssuerName) {
    switch event {
    case .refreshed(_, let ids, let next):
      log(.keysRefreshed, ["issuer": "\(issuer)", "keys": .array(ids.map { "\($0)" }), "next": "\(next.seconds)"])
    case .refreshFailed(_, let failure, let keptUntil):
      log(
        .keysRefreshFailed, ["issuer": "\(issuer)", "failure": "\(failure)", "kept_until": "\(keptUntil.map { String($0.seconds) } ?? "")"])
    case .skipped(_, let keys): log(.keysSkipped, ["issuer": "\(issuer)", "keys": .array(keys.map { "\($0)" })])
    }
  }
}

extension Metrics {
  func count(_ event: KeyEvent, of issuer: IssuerName, at now: UnixTime) {
    switch event {
    case .refreshed:
      keyRefreshes.add(1, MetricLabel(issuer), MetricLabel(RefreshResult.refreshed))
      keysRefreshedAt.set(now.seconds, MetricLabel(issuer))
    case .refreshFailed: keyRefreshes.add(1, MetricLabel(issuer), MetricLabel(RefreshResult.failed))
    case .skipped: break
    }
  }
}
