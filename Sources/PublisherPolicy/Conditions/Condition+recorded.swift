import StrictParsers

extension Condition {
  /// Whether it holds of an upload of which a record tells; `nil` if it hangs on claims that the record does not hold.
  func holds(ofRecorded identity: PublisherIdentity, _ provider: any CIProvider, version: JudgedVersion) -> Bool? {
    isKnown(of: identity, provider) ? holds(of: identity, provider, version: version) : nil
  }

  private func isKnown(of identity: PublisherIdentity, _ provider: any CIProvider) -> Bool {
    let source = provider.provenance(of: identity)
    switch kind {
    case .claim where subject.claim == "aud": return false
    case .claim, .listed, .literal, .noUntrustedTrigger: return identity.knows(subject.claim)
    case .agrees(let other): return identity.knows(subject.claim) && identity.knows(other)
    case .workflow(let files, let comparesJob):
      // A reference may end in the revision, too.
      guard source.reference != nil, source.revision != nil,
        let references = files.first.flatMap({ provider.workflowReferences($0, in: identity) }), identity.claim(references.claim) != nil
      else { return false }
      guard comparesJob, let jobClaim = references.jobClaim, identity.claim(jobClaim) == nil else { return true }
      // That the workflow itself is another one is certain without its job's.
      let workflow = Condition(subject: subject, kind: .workflow(files, comparesJob: false))
      return !workflow.holds(of: identity, provider, version: .unknown)
    case .tag: return source.reference != nil
    }
  }
}

extension PublisherIdentity {
  /// Whether a record tells of this claim.
  fileprivate func knows(_ name: ExactString) -> Bool { claims[name] != nil || name == "iss" }
}
