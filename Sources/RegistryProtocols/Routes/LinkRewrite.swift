package import StrictParsers

/// Turns a URL of the registry into the URL of the same thing behind this gateway.
package struct LinkRewrite: Sendable {
  /// `scheme://host[:port]` of the registry, then the path under which it lies there, without a slash at its end.
  private let upstreamOrigin: String
  private let upstreamPath: String
  private let publicOrigin: String
  private let publicPath: String

  package init(upstreamOrigin: String, upstreamPath: String, publicOrigin: String, publicPath: String) {
    self.upstreamOrigin = upstreamOrigin
    self.upstreamPath = upstreamPath
    self.publicOrigin = publicOrigin
    self.publicPath = publicPath
  }

  /// The registry's public URL, without a slash at its end.
  package var publicURL: ExactString { ExactString(publicOrigin + publicPath) }

  /// The public URL; `nil` if the URL leads elsewhere: it would name a host that only the gateway can reach.
  package func rewrite(_ location: some Collection<UInt8>) -> String? {
    let location = Array(location)
    guard let count = countOfBase(of: location) else { return nil }
    return publicOrigin + publicPath + String(decoding: location[count...], as: UTF8.self)
  }

  /// The public URL of what stands below the registry's own, whose target begins with a slash.
  package func publicURL(of target: ExactString) -> String { publicOrigin + publicPath + target.text }

  /// What stands below the registry's own URL, as the target of a request to it; `nil` if the URL leads elsewhere, is relative, or can't be a target.
  package func target(of location: some Collection<UInt8>) -> ExactString? {
    let location = Array(location)
    guard let count = countOfBase(of: location), location.allSatisfy({ ASCII.isVisible($0) && $0 != UInt8(ascii: "#") }) else { return nil }
    let target = location[count...]
    return Self.leadsUp(target) ? nil : ExactString(utf8: target)
  }

  /// Whether a segment of the path is one that a server resolves (RFC 3986, section 5.2.4), in whatever spelling.
  private static func leadsUp(_ target: ArraySlice<UInt8>) -> Bool {
    let path = String(decoding: target.prefix { $0 != UInt8(ascii: "?") }, as: UTF8.self).lowercased().replacing("%2e", with: ".")
    return path.split(separator: "/").contains { $0 == "." || $0 == ".." }
  }

  /// What of a link in a document becomes something else, so that it leads to the same thing from the document's public URL.
  struct Replacement: Hashable {
    /// So many bytes of the link, from its beginning.
    let count: Int
    let path: String
  }

  /// `nil` if the link leads elsewhere, or is relative to the document.
  func replacement(in link: [UInt8]) -> Replacement? {
    guard let count = countOfBase(of: link) else { return nil }
    // Two slashes at the beginning would name a host.
    guard !publicPath.isEmpty || !link[count...].starts(with: "//".utf8) else { return nil }
    return Replacement(count: count, path: publicPath)
  }

  /// The length of the registry's own URL at the beginning of a link, before the slash at its end.
  private func countOfBase(of link: [UInt8]) -> Int? {
    guard let path = upstreamPath(of: link[...]), path.starts(with: "\(upstreamPath)/".utf8) else { return nil }
    return path.startIndex + upstreamPath.utf8.count
  }

  /// What follows the registry's origin; `nil` if the link does not lead there or is relative to the page.
  private func upstreamPath(of link: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    let slash = UInt8(ascii: "/")
    for origin in origins where ASCII.equalIgnoringCase(link.prefix(origin.utf8.count), origin.utf8) {
      let path = link.dropFirst(origin.utf8.count)
      if path.first == slash { return path }
    }
    return link.first == slash && link.dropFirst().first != slash ? link : nil
  }

  /// Scheme and host are the same in any case (RFC 3986, section 6.2.2.1), with or without the scheme's own port, and the scheme may be the page's.
  private var origins: [String] {
    let isTLS = upstreamOrigin.hasPrefix("https:")
    let authority = upstreamOrigin.dropFirst((isTLS ? "https://" : "http://").count)
    let port = isTLS ? ":443" : ":80"
    let isIPv6 = authority.hasSuffix("]")
    let hasPort = !isIPv6 && authority.contains(":") && (!authority.hasPrefix("[") || authority.contains("]:"))
    let authorities = hasPort ? [String(authority)] : [String(authority), authority + port]
    return authorities.flatMap { ["\(isTLS ? "https" : "http")://\($0)", "//\($0)"] }
  }
}
