import StrictParsers

/// An index's `config.json`, which says where crates are published to and downloaded from: both become the gateway's.
enum CargoConfiguration {
  /// Whatever media type a server of files gives it: what was passed on as it came would lead uploads past the gateway.
  static let rewrite = DocumentRewrite(limit: 1 << 20, mediaTypes: nil) { document, links in
    guard let object = try? StrictJSON.parseObject(document.body) else { return nil }
    let members = object.members.map { member in
      switch (member.name, member.value) {
      case ("api", .string): JSONObject.Member(member.name, .string(links.publicURL))
      case ("dl", .string(let url)): JSONObject.Member(member.name, .string(download(url, object, links)))
      default: member
      }
    }
    return JSONObject(members).encoded()
  }

  /// Where crates are downloaded from. A place of another's stays, unless reads need a credential: cargo would show it there.
  private static func download(_ url: ExactString, _ object: JSONObject, _ links: LinkRewrite) -> ExactString {
    if let rewritten = links.rewrite(url.utf8) { return ExactString(rewritten) }
    // The registry may know itself under another name than the gateway does.
    if let own = object["api"]?.string, let rest = rest(of: url, below: own) { return ExactString("\(links.publicURL)\(rest)") }
    return object["auth-required"] == .bool(true) ? ExactString("\(links.publicURL)/api/v1/crates") : url
  }

  /// From the slash on; `nil` if a URL is neither another nor below it.
  private static func rest(of url: ExactString, below base: ExactString) -> String? {
    let base = base.text.hasSuffix("/") ? String(base.text.dropLast()) : base.text
    guard !base.isEmpty, url.text == base || url.text.hasPrefix("\(base)/") else { return nil }
    return String(url.text.dropFirst(base.count))
  }
}
