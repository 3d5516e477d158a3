import StrictParsers

extension Condition {
  /// What is said of this condition if it does not hold of a token.
  func miss(_ identity: PublisherIdentity, _ provider: any CIProvider, version: JudgedVersion) -> NearMiss.Failure {
    let got = found(in: identity, provider)
    switch kind {
    case .claim, .listed, .literal, .agrees, .noUntrustedTrigger: return .init(key: key, expected: expectation, got: got)
    case .tag: return .init(key: key, expected: expectation(of: version), got: provider.provenance(of: identity).reference, isOfRef: true)
    case .workflow(let files, _):
      guard let references = files.first.flatMap({ provider.workflowReferences($0, in: identity) }), let job = references.jobClaim,
        let got, identity.claim(references.claim) != got, identity.claim(job) == got
      else { return .init(key: key, expected: expectation, got: got) }
      // The workflow is the one that is meant, but the job stands in a file that it calls.
      return .init(key: "reusable_workflow", expected: "none", got: got)
    }
  }

  /// The tags that an upload of this version may come from, or the patterns while it is not known.
  private func expectation(of version: JudgedVersion) -> String {
    guard case .tag(let tags) = kind, case .known(let version?, _) = version, tags.contains(where: \.namesVersion) else {
      return expectation
    }
    let names = tags.flatMap { tag in
      tag.namesVersion ? tag.references(of: version).map { String($0.text.dropFirst("refs/tags/".count)) } : [tag.text.text]
    }
    return names.map { "\"\($0)\"" }.joined(separator: " or ")
  }
}
