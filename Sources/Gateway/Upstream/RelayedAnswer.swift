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

  private static let plainText = (name: "content-type", value: ArraySlice("text/plain; charset=utf-8".utf8))

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
    let isSuccess = (200..<300).contains(head.status)
    status = head.status
    if credential.finds(in: head.text) || credential.finds(in: body) {
      // An ordinary word may be part of a weak secret. What the registry took must not be called a failure for that, so that clients send it again.
      guard isSuccess else { throw .credentialEchoed }
      (reason, fields, self.body) = ([], [Self.plainText], Array("The registry took this. Its answer is not passed on.\n".utf8))
      return
    }
    reason = head.reason
    var fields = head.fields.filter { Self.relayedFields.contains($0.nameText) }.map { (name: $0.nameText, value: $0.value) }
    if !isToOurCredential, let challenge = try? head.fields.single(named: "www-authenticate") {
      fields.append(("www-authenticate", challenge))
    }
    if let written = try? head.fields.single(named: "location"), let rewritten = location.rewrite(written) {
      fields.append(("location", ArraySlice(rewritten.utf8)))
    }
    if isSuccess || body.isEmpty || Self.isPlainText(body, of: try? head.fields.single(named: "content-type")) {
      self.fields = fields
      self.body = body
    } else {
      self.fields =
        fields.filter { !Self.relayedFields.contains($0.name) } + [Self.plainText]
      self.body = Array(
        "The registry refused this with status \(head.status). Its explanation is no plain text, so it is not passed on.\n".utf8)
    }
  }

  /// Whether the scan read what a person reads: characters of UTF-8 or ASCII, and no page of HTML.
  private static func isPlainText(_ body: [UInt8], of type: ArraySlice<UInt8>?) -> Bool {
    let type = String(decoding: type ?? [], as: UTF8.self).lowercased().filter { $0 != "\"" && $0 != " " }
    let charset = type.split(separator: ";").first { $0.hasPrefix("charset=") }.map { $0.dropFirst("charset=".count) } ?? "utf-8"
    switch charset {
    case "utf-8", "utf8", "us-ascii", "ascii": break
    case "iso-8859-1", "latin1": guard body.allSatisfy({ $0 < 0x80 }) else { return false }
    default: return false
    }
    let start = String(decoding: body.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }.prefix(14), as: UTF8.self).lowercased()
    let isHTML = type.contains("html") || start.hasPrefix("<!doctype html") || start.hasPrefix("<html")
    let isControl: (UInt8) -> Bool = { $0 == 0x7F || $0 < 0x20 && ![0x09, 0x0A, 0x0D].contains($0) }
    return !isHTML && String(validating: body, as: UTF8.self) != nil && !body.contains(where: isControl)
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
