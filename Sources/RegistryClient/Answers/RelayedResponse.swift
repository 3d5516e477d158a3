package import RegistryProtocols
package import StrictParsers

/// A registry's answer to a publish, read whole and found fit to be passed on.
package struct RelayedResponse: Sendable {
  package let status: Int
  package let reason: ArraySlice<UInt8>
  package let fields: [(name: String, value: ArraySlice<UInt8>)]
  package let body: [UInt8]

  package var isSuccess: Bool { (200..<300).contains(status) }

  private static let plainText = (name: "content-type", value: ArraySlice("text/plain; charset=utf-8".utf8))

  /// Judges the answer; nothing of one that fails reaches the client.
  ///
  /// - Parameters:
  ///   - relayedFields: What of the head is passed on.
  ///   - isToOurCredential: Whether a challenge is ours to mend, or the client's own to answer.
  package init(
    _ head: ResponseHead, body: [UInt8], relaying relayedFields: Set<String>, isToOurCredential: Bool, hiding secrets: AnswerSecrets,
    location: @autoclosure () -> LinkRewrite
  )
    throws(UpstreamFailure)
  {
    switch head.status {
    case 401 where isToOurCredential, 407: throw .credentialRefused
    case 300..<400: throw .redirected
    default: break
    }
    let isPlain = head.fields.values(named: "content-encoding").allSatisfy { ASCII.equalIgnoringCase($0, "identity".utf8) }
    guard isPlain else { throw .encodedAnswer }
    let isSuccess = (200..<300).contains(head.status)
    // What the registry took must not be called a failure, so that clients send it again.
    if !isSuccess, secrets.holdCredential(in: head.text) || secrets.holdCredential(in: body) { throw .credentialEchoed }
    if KnownConflict.isTold(status: head.status, reason: head.reason, body: body) { throw .conflict(status: head.status) }

    status = head.status
    reason = secrets.without(Array(head.reason)).map { $0[...] } ?? []
    var fields = head.fields.filter { relayedFields.contains($0.nameText) }.map { (name: $0.nameText, value: $0.value) }
    if !isToOurCredential, let challenge = try? head.fields.single(named: "www-authenticate") {
      fields.append(("www-authenticate", challenge))
    }
    fields.removeAll { secrets.holdAny(in: Array($0.value)) }
    if let written = try? head.fields.single(named: "location"), let rewritten = location().rewrite(written),
      !secrets.holdPartOfCredential(in: Array(rewritten.utf8))
    {
      fields.append(("location", ArraySlice(rewritten.utf8)))
    }
    let text = AnswerText(body, type: try? head.fields.single(named: "content-type"))
    if text.isReadable, isSuccess || !text.isPage, let clean = secrets.without(body) {
      self.fields = fields
      self.body = clean
    } else {
      let sentence =
        isSuccess
        ? "The registry took this. Its answer is not passed on."
        : "The registry refused this with status \(head.status). Its explanation can't be passed on."
      self.fields = fields.filter { !relayedFields.contains($0.name) } + [Self.plainText]
      self.body = Array("\(sentence)\n".utf8)
    }
  }
}

/// What of a registry's answers no client may learn.
package struct AnswerSecrets: Sendable {
  private let credential: CredentialScan
  private let address: UpstreamAddress

  /// - Parameter credential: `nil` if the credential that was sent is none of ours.
  package init(_ credential: ServiceCredential?, _ address: UpstreamAddress) {
    self.init(credential?.scan ?? CredentialScan(secrets: []), address)
  }

  init(_ credential: CredentialScan, _ address: UpstreamAddress) {
    self.credential = credential
    self.address = address
  }

  func holdCredential(in text: [UInt8]) -> Bool { credential.finding(in: text) == .whole }
  func findingOfCredential(in text: [UInt8], within budget: WorkBudget) throws(CredentialScan.Unfinished) -> CredentialScan.Finding {
    try credential.finding(in: text, within: budget)
  }
  func holdPartOfCredential(in text: [UInt8]) -> Bool { credential.finding(in: text) > .nothing }

  func holdAny(in text: [UInt8]) -> Bool { without(text) != text }

  /// The text without the registry's address; `nil` if it holds what can't be cut out of it.
  func without(_ text: [UInt8]) -> [UInt8]? { holdPartOfCredential(in: text) ? nil : address.without(text) }
}

extension ResponseHead {
  /// Everything in it that a registry could have put an echo into.
  var text: [UInt8] {
    fields.reduce(into: Array(reason)) { text, field in
      text.append(UInt8(ascii: "\n"))
      text.append(contentsOf: field.name)
      text.append(UInt8(ascii: ":"))
      text.append(contentsOf: field.value)
    }
  }
}
