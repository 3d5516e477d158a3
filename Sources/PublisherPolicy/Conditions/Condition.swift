package import StrictParsers

/// One thing that must hold of a token for a publisher to be meant.
package struct Condition: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    /// The claim has one of these values.
    case claim(TinyArray<ClaimPattern>)
    /// The workflow's file is one of these, of the same repository, at the token's own revision.
    case workflow(TinyArray<ExactString>, comparesJob: Bool)
    /// The tag is one of these, in which `{version}` is the upload's.
    case tag(TinyArray<TagPattern>)
    /// The claim is a list of texts, and one of these is among them.
    case listed(TinyArray<ExactString>)
    /// The claim is this very value, of this very type.
    case literal(JSONValue)
    /// The claim says what another says, or is absent.
    indirect case agrees(with: ExactString)
    /// Nothing shows that a stranger's code runs, or just these things, which the publisher names: the provider's danger of this number.
    case noUntrustedTrigger(Int, named: [ClaimPattern])
  }

  let subject: ConditionSubject
  let kind: Kind

  /// Its key in the configuration.
  package var key: ExactString { subject.key }

  init(subject: ConditionSubject, kind: Kind) {
    self.subject = subject
    self.kind = kind
  }

  /// Called as the claim is.
  init(of claim: ExactString, _ kind: Kind) { self.init(subject: ConditionSubject(key: claim, claim: claim), kind: kind) }

  /// Whether it compares this claim by itself, whatever its key is.
  func isAbout(_ name: ExactString) -> Bool {
    switch kind {
    case .claim: subject.claim == name
    case .workflow, .tag, .listed, .literal, .agrees, .noUntrustedTrigger: false
    }
  }

  /// The claim that it compares by itself.
  var claim: ExactString? {
    switch kind {
    case .claim, .listed, .literal, .agrees, .noUntrustedTrigger: subject.claim
    case .workflow, .tag: nil
    }
  }

  /// What is expected, for people.
  package var expectation: String {
    switch kind {
    case .claim(let patterns): Self.list(patterns.map(\.text.text))
    case .workflow(let files, _): Self.list(files.map(\.text))
    case .tag(let tags): Self.list(tags.map(\.text.text))
    case .listed(let values): "one of them to be \(Self.list(values.map(\.text)))"
    case .literal(let value): String(decoding: value.encoded(), as: UTF8.self)
    case .agrees(let other): "what \(other) is"
    case .noUntrustedTrigger: "nothing that runs a stranger's code"
    }
  }

  func holds(of identity: PublisherIdentity, _ provider: any CIProvider, version: JudgedVersion) -> Bool {
    let claim = subject.claim
    switch kind {
    case .claim(let patterns):
      guard let value = identity.claim(claim) else { return false }
      return patterns.contains { $0.matches(value) }
    case .workflow(let files, let comparesJob):
      return files.contains { file in
        guard let references = provider.workflowReferences(file, in: identity), let value = identity.claim(references.claim),
          references.contains(value)
        else { return false }
        guard comparesJob, let jobClaim = references.jobClaim else { return true }
        return identity.claim(jobClaim).map { references.contains($0) } ?? false
      }
    case .tag(let tags):
      guard let reference = provider.tagReference(of: identity) else { return false }
      return tags.match(reference, version: version)
    case .listed(let values):
      guard let list = identity.texts(claim) else { return false }
      return values.contains { list.contains($0) }
    case .literal(let value): return identity.claims[claim] == value
    case .agrees(let other):
      switch identity.claims[claim] {
      case .null, nil: return true
      default: return identity.claim(claim).map { $0 == identity.claim(other) } ?? false
      }
    case .noUntrustedTrigger(let trigger, let named):
      return provider.untrustedTriggers[trigger].isAbsent(in: identity, provider, named: named)
    }
  }

  /// What the token says, for people; `nil` if it says nothing, or nothing that could be compared.
  package func found(in identity: PublisherIdentity, _ provider: any CIProvider) -> ExactString? {
    switch kind {
    case .claim, .agrees, .noUntrustedTrigger: identity.claim(subject.claim)
    case .workflow(let files, let comparesJob): disagreeingReference(files, comparesJob, identity, provider)
    case .tag: provider.tagReference(of: identity)
    case .listed: identity.texts(subject.claim).map { ExactString($0.map(\.text).joined(separator: ", ")) }
    case .literal: identity.claims[subject.claim].map { ExactString(String(decoding: $0.encoded(), as: UTF8.self)) }
    }
  }

  /// Of the workflow's and the job's references the one that does not fit.
  private func disagreeingReference(
    _ files: TinyArray<ExactString>, _ comparesJob: Bool, _ identity: PublisherIdentity, _ provider: any CIProvider
  ) -> ExactString? {
    guard let references = files.first.flatMap({ provider.workflowReferences($0, in: identity) }) else { return nil }
    let workflow = identity.claim(references.claim)
    guard comparesJob, let jobClaim = references.jobClaim else { return workflow }
    let fits = files.contains { file in
      workflow.map { provider.workflowReferences(file, in: identity)?.contains($0) ?? false } ?? false
    }
    return fits ? identity.claim(jobClaim) : workflow
  }

  private static func list(_ values: [String]) -> String { values.map { "\"\($0)\"" }.joined(separator: " or ") }
}
