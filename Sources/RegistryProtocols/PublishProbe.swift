package import StrictParsers

/// A publish of nothing, and what a registry's answers to it mean: who may publish is told that it is empty, who may not is told that.
package struct PublishProbe: Sendable {
  /// What a 403 says of the credential.
  package enum Forbidden: Sendable {
    /// That it may not publish.
    case credential
    /// Nothing by itself, since the method may be forbidden to everybody: only if a publish without a credential is answered by a demand for one.
    case methodOrCredential
  }

  /// Answers that say that `upstream.url` is another than it must be.
  package struct Misplacement: Sendable {
    let statuses: Set<Int>
    /// Whether a registry that works never answers so.
    package let isCertain: Bool
    /// What the answer says, and what the URL must be.
    package let answer: String
    package let remedy: String

    package init(_ statuses: Set<Int>, isCertain: Bool, answer: String, remedy: String) {
      self.statuses = statuses
      self.isCertain = isCertain
      self.answer = answer
      self.remedy = remedy
    }
  }

  /// What the answer to a publish without a credential says.
  package enum Guarding: Hashable, Sendable {
    case guarded
    case open
    /// It may be either; the sentence says what to look at.
    case unclear(String)
  }

  /// Statuses by which a registry says that a credential is missing or is not good enough.
  package static let refusing: Set<Int> = [401, 403, 407]
  private static let demanding: Set<Int> = [401, 407]

  package let method: HTTPMethod
  /// Below the registry's URL, with a slash at its beginning.
  package let path: ExactString
  package let contentType: String?
  package let body: [UInt8]
  private let forbidden: Forbidden
  private let misplacement: Misplacement?
  /// What to look at where the registry does not know the method, with whatever credential; `nil` if that leaves nothing in doubt.
  private let unknownMethod: String?

  package init(
    _ method: HTTPMethod, at path: ExactString = "/", contentType: String?, body: String, forbidden: Forbidden,
    misplacement: Misplacement? = nil, unknownMethod: String? = nil
  ) {
    self.method = method
    self.path = path
    self.contentType = contentType
    self.body = Array(body.utf8)
    self.forbidden = forbidden
    self.misplacement = misplacement
    self.unknownMethod = unknownMethod
  }

  /// Whether the answer to a publish with the credential tells nothing of it without the answer to one without.
  package func needsComparison(_ known: Int) -> Bool {
    switch forbidden {
    case .credential: false
    case .methodOrCredential: known == 403
    }
  }

  /// Whether the answers say that the registry refuses the credential.
  ///
  /// - Parameters:
  ///   - known: The status of its answer to the publish with the credential.
  ///   - unknown: The same without any; `nil` if it was not asked.
  package func isRefusal(_ known: Int, unknown: Int?) -> Bool {
    guard known == 403 else { return Self.demanding.contains(known) }
    return !needsComparison(known) || unknown.map { Self.demanding.contains($0) } ?? false
  }

  /// How the answer to a publish with the credential says that `upstream.url` is another than it must be; `nil` if it does not.
  package func misplacement(_ known: Int) -> Misplacement? { misplacement.flatMap { $0.statuses.contains(known) ? $0 : nil } }

  /// Whether the registry lets everybody publish, by the status of its answer to a publish without a credential.
  package func guarding(_ unknown: Int) -> Guarding {
    switch unknown {
    case 401, 403, 407, 404, 410, 300..<400, 500...: .guarded
    case 405: unknownMethod.map { .unclear($0) } ?? .guarded
    default: .open
    }
  }
}
