package import StrictParsers

/// One thing that must hold of a token for a publisher to be meant.
package struct Condition: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    /// The claim has one of these values.
    case claim(ExactString, [ClaimPattern])
    /// The workflow's file is one of these, of the same repository, at the token's own revision.
    case workflow([ExactString], comparesJob: Bool)
    /// The tag is one of these, in which `{version}` is the upload's.
    case tag([TagPattern])
    /// The event is not one that runs a stranger's code, or is one of these, which the publisher names.
    case safeEvent(named: [ExactString])
  }

  /// Its key in the configuration.
  package let key: ExactString
  let kind: Kind

  /// Whether it compares this claim by itself, whatever its key is.
  func isAbout(_ name: ExactString) -> Bool {
    switch kind {
    case .claim(let claim, _): claim == name
    case .workflow, .tag, .safeEvent: false
    }
  }

  /// What is expected, for people.
  package var expectation: String {
    switch kind {
    case .claim(_, let patterns): Self.list(patterns.map(\.text.text))
    case .workflow(let files, _): Self.list(files.map(\.text))
    case .tag(let tags): Self.list(tags.map(\.text.text))
    case .safeEvent: "an event that does not run a stranger's code"
    }
  }

  func holds(of identity: PublisherIdentity, _ provider: any CIProvider, version: JudgedVersion) -> Bool {
    switch kind {
    case .claim(let claim, let patterns):
      guard let value = identity.claim(claim) else { return false }
      return patterns.contains { $0.matches(value) }
    case .workflow(let files, let comparesJob):
      return files.contains { file in
        guard let references = provider.workflowReferences(file, in: identity), let value = identity.claim(references.claim),
          references.allowed.contains(value)
        else { return false }
        guard comparesJob, let jobClaim = references.jobClaim else { return true }
        return identity.claim(jobClaim).map { references.allowed.contains($0) } ?? false
      }
    case .tag(let tags):
      guard let reference = provider.tagReference(of: identity) else { return false }
      return tags.contains { $0.matches(reference, version: version) }
    case .safeEvent(let named):
      guard let event = identity.claim("event_name") else { return false }
      return !provider.dangerousEvents.contains(event) || named.contains(event)
    }
  }

  /// What the token says, for people; nil where it says nothing, or nothing that could be compared.
  package func found(in identity: PublisherIdentity, _ provider: any CIProvider) -> ExactString? {
    switch kind {
    case .claim(let claim, _): identity.claim(claim)
    case .workflow(let files, let comparesJob): disagreeingReference(files, comparesJob, identity, provider)
    case .tag: provider.tagReference(of: identity)
    case .safeEvent: identity.claim("event_name")
    }
  }

  /// Of the workflow's and the job's references the one that does not fit.
  private func disagreeingReference(
    _ files: [ExactString], _ comparesJob: Bool, _ identity: PublisherIdentity, _ provider: any CIProvider
  ) -> ExactString? {
    guard let references = files.first.flatMap({ provider.workflowReferences($0, in: identity) }) else { return nil }
    let workflow = identity.claim(references.claim)
    guard comparesJob, let jobClaim = references.jobClaim else { return workflow }
    let fits = files.contains { file in
      workflow.map { provider.workflowReferences(file, in: identity)?.allowed.contains($0) ?? false } ?? false
    }
    return fits ? identity.claim(jobClaim) : workflow
  }

  private static func list(_ values: [String]) -> String { values.map { "\"\($0)\"" }.joined(separator: " or ") }
}
