package import RegistryProtocols
package import StrictParsers

/// A registry's answer to a read with the service credential, read whole and found fit to be passed on.
package struct RelayedRead: Sendable {
  /// What a registry says to the service account, whatever a route's rules are.
  private static let fieldsForUs: Set<String> = [
    "www-authenticate", "proxy-authenticate", "authentication-info", "proxy-authentication-info", "set-cookie", "set-cookie2",
  ]

  package let status: Int
  package let reason: ArraySlice<UInt8>
  package let fields: [(name: String, value: ArraySlice<UInt8>)]
  /// The registry's own document, byte for byte, or a sentence in the place of one that may be an echo.
  package let body: [UInt8]

  /// Judges the answer; nothing of one that fails reaches the client.
  ///
  /// - Parameters:
  ///   - relayedFields: What of the head is passed on.
  ///   - budget: What the search of the body may take. `answerTooLarge` if it takes more.
  package init(
    _ head: ResponseHead, body: [UInt8], relaying relayedFields: Set<String>, hiding secrets: AnswerSecrets, location: LinkRewrite,
    within budget: WorkBudget
  ) throws(UpstreamFailure) {
    if [401, 407].contains(head.status) { throw .credentialRefused }
    let isPlain = head.fields.values(named: "content-encoding").allSatisfy { ASCII.equalIgnoringCase($0, "identity".utf8) }
    guard isPlain || body.isEmpty else { throw .encodedAnswer }
    let found: CredentialScan.Finding
    do throws(CredentialScan.Unfinished) {
      found = try secrets.findingOfCredential(in: body, within: budget)
    } catch {
      throw .answerTooLarge
    }
    if found == .whole || secrets.holdCredential(in: head.text) { throw .credentialEchoed }

    status = head.status
    reason = secrets.without(Array(head.reason)).map { $0[...] } ?? []
    var fields = head.fields.filter { relayedFields.contains($0.nameText) && !Self.fieldsForUs.contains($0.nameText) }
      .map { (name: $0.nameText, value: $0.value) }
    fields.removeAll { secrets.holdPartOfCredential(in: Array($0.value)) }
    if let written = try? head.fields.single(named: "location"), let rewritten = location.rewrite(written),
      !secrets.holdPartOfCredential(in: Array(rewritten.utf8))
    {
      fields.append(("location", ArraySlice(rewritten.utf8)))
    }
    // A part of the credential may stand in a document by chance. In an error it is more likely an echo, and nothing hangs on the explanation.
    if !(200..<300).contains(head.status), found > .nothing {
      self.fields = fields.filter { $0.name != "content-type" } + [("content-type", ArraySlice("text/plain; charset=utf-8".utf8))]
      self.body = Array("The registry answered with status \(head.status). Its explanation can't be passed on.\n".utf8)
    } else {
      self.fields = fields
      self.body = body
    }
  }
}
