/// Which conditions hold of an identity, as one policy has found: the same question has the same answer, whatever the time is.
struct JudgedCandidates: Sendable {
  /// More are not remembered.
  static let most = 8

  /// What the answer depends on, beside the identity.
  struct Question: Equatable, Sendable {
    /// The policy that was asked.
    let policy: PolicyID
    /// By which versions are compared.
    let registry: RegistryName
    let version: Version

    enum Version: Equatable, Sendable {
      case unknown
      case known(PublishTarget.Version?)
    }
  }

  let question: Question
  let candidates: [Policy.Candidate]
}

/// Tells one policy from another for as long as either is there.
final class PolicyID: Equatable, Sendable {
  static func == (left: PolicyID, right: PolicyID) -> Bool { left === right }
}

extension JudgedVersion {
  /// What of it a question asks for.
  var asked: JudgedCandidates.Question.Version {
    switch self {
    case .unknown: .unknown
    case .known(let version, _): .known(version)
    }
  }
}
