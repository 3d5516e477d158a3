/// What became of a request.
package enum AuditOutcome: Hashable, Sendable {
  /// The registry took the upload.
  case published
  /// An exchange or a burn did what it was asked to; `granted` says so, and there is no `outcome` in its line.
  case completed(detail: String? = nil)
  /// We said no, or the registry did.
  case refused(ReasonCode, detail: String?)
  /// It ought to have worked.
  case failed(ReasonCode, detail: String?)
  /// The client went away before there was an answer.
  case aborted(ReasonCode, detail: String?)
  /// A registry in `mode: report`: what the decision would have been; no reason where it is a grant.
  case reported(ReasonCode?, detail: String?)

  /// The value of `outcome`, in lines and in metrics.
  package enum Name: String, CaseIterable, Sendable {
    case published, completed, refused, failed, aborted, reported
  }

  /// Whether the registry took an upload.
  package var isSuccess: Bool {
    switch self {
    case .published, .reported: true
    case .completed, .refused, .failed, .aborted: false
    }
  }

  package var name: Name {
    switch self {
    case .published: .published
    case .completed: .completed
    case .refused: .refused
    case .failed: .failed
    case .aborted: .aborted
    case .reported: .reported
    }
  }

  package var reason: ReasonCode? {
    switch self {
    case .published, .completed: nil
    case .refused(let reason, _), .failed(let reason, _), .aborted(let reason, _): reason
    case .reported(let reason, _): reason
    }
  }

  /// For people; never a secret, never the value of an unverified claim.
  package var detail: String? {
    switch self {
    case .published: nil
    case .completed(let detail): detail
    case .refused(_, let detail), .failed(_, let detail), .aborted(_, let detail),
      .reported(_, let detail):
      detail
    }
  }

  var level: String {
    switch self {
    case .published, .completed, .refused, .aborted, .reported: "notice"
    case .failed: "error"
    }
  }
}
