import Logging
import Observability
import PublisherPolicy
import TokenVerification

extension Logger {
  /// One line of what became of an issuer's keys.
  func log(_ event: KeyEvent, of issuer: IssuerName) {
    switch event {
    case .refreshed(_, let ids, let next):
      log(.keysRefreshed, ["issuer": "\(issuer)", "keys": .array(ids.map { "\($0)" }), "next": .stringConvertible(next)])
    case .refreshFailed(_, let failure, let keptUntil):
      var metadata: Logger.Metadata = ["issuer": "\(issuer)", "failure": "\(failure.explanation)"]
      if let keptUntil { metadata["kept_until"] = .stringConvertible(keptUntil) }
      log(.keysRefreshFailed, metadata)
    case .skipped(_, let keys): log(.keysSkipped, ["issuer": "\(issuer)", "keys": .array(keys.map { "\($0.explanation)" })])
    }
  }
}

extension Metrics {
  func count(_ event: KeyEvent, of issuer: IssuerName, at now: UnixTime) {
    switch event {
    case .refreshed(_, _, let next):
      keysValidUntil.set(next.advanced(by: IssuerKeys.staleLimit).seconds, MetricLabel(issuer))
      keyRefreshes.add(1, MetricLabel(issuer), MetricLabel(RefreshResult.refreshed))
      keysRefreshedAt.set(now.seconds, MetricLabel(issuer))
    case .refreshFailed: keyRefreshes.add(1, MetricLabel(issuer), MetricLabel(RefreshResult.failed))
    case .skipped: break
    }
  }
}
