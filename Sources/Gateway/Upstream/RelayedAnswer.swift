import StrictParsers

/// A registry's answer to a publish, read whole and found fit to be passed on.
struct RelayedAnswer {
  let status: Int
  let reason: ArraySlice<UInt8>
  let fields: [(name: String, value: ArraySlice<UInt8>)]
  let body: [UInt8]

  var isSuccess: Bool { (200..<300).contains(status) }

  /// Everything else that a registry says in its head stays here: cookies and challenges are meant for the service account.
  private static let relayedFields: Set<String> = ["content-type", "etag", "last-modified", "cache-control"]

  /// Judges the answer; nothing of one that fails reaches the client.
  ///
  /// - Parameter isToOurCredential: whether a challenge is ours to mend, or the client's own to answer.
  init(
    _ head: ResponseHead, body: [UInt8], isToOurCredential: Bool, scannedFor credential: CredentialScan, location: LocationRewrite
  ) throws(UpstreamFailure) {
    switch head.status {
    case 401 where isToOurCredential, 407: throw .credentialRefused
    case 300..<400: throw .redirected
    default: break
    }
    let isPlain = head.fields.values(named: "content-encoding").allSatisfy { ASCII.equalIgnoringCase($0, "identity".utf8) }
    guard isPlain else { throw .encodedAnswer }
    guard !credential.finds(in: head.text), !credential.finds(in: body) else { throw .credentialEchoed }
    status = head.status
    reason = head.reason
    var fields = head.fields.filter { Self.relayedFields.contains($0.nameText) }.map { ($0.nameText, $0.value) }
    if !isToOurCredential, let challenge = try? head.fields.single(named: "www-authenticate") {
      fields.append(("www-authenticate", challenge))
    }
    if let written = try? head.fields.single(named: "location"), let rewritten = location.rewrite(written) {
      fields.append(("location", ArraySlice(rewritten.utf8)))
    }
    self.fields = fields
    self.body = body
  }
}

extension ResponseHead {
  /// Everything in it that a registry could have put an echo into.
  fileprivate var text: [UInt8] {
    fields.reduce(into: Array(reason)) { text, field in
      text.append(UInt8(ascii: "\n"))
      text.append(contentsOf: field.name)
      text.append(UInt8(ascii: ":"))
      text.append(contentsOf: field.value)
    }
  }
}
