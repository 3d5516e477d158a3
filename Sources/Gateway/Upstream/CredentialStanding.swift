import Synchronization

/// Whether a registry takes the service credential, as of the last time that it said so.
final class CredentialStanding: Sendable {
  private let accepted = Atomic(true)

  /// True until the registry has refused it.
  var isAccepted: Bool { accepted.load(ordering: .relaxed) }

  /// - Returns: Whether that is news.
  @discardableResult func noteAccepted() -> Bool { !accepted.exchange(true, ordering: .relaxed) }
  /// - Returns: Whether that is news.
  @discardableResult func noteRefused() -> Bool { accepted.exchange(false, ordering: .relaxed) }
}
