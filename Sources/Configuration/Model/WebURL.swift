package import StrictParsers

/// An `http` or `https` URL without user, query and fragment, as a configuration may name one.
package struct WebURL {
  package let isTLS: Bool
  package let host: HostName
  /// As written, without a trailing slash: empty for `/` and for none.
  package let path: String

  package var port: Int { host.port.map(Int.init) ?? (isTLS ? 443 : 80) }

  /// `host[:port]`, the port only where it is not the scheme's own.
  package var authority: String {
    let usual = isTLS ? 443 : 80
    return port == usual ? host.name.text : "\(host.name):\(port)"
  }

  package var origin: String { "\(isTLS ? "https" : "http")://\(authority)" }

  /// `nil` if the text is anything else.
  package init?(_ text: String) {
    guard
      let (scheme, rest) = ["https://", "http://"].lazy.compactMap({ scheme in
        text.hasPrefix(scheme) ? (scheme, text.dropFirst(scheme.count)) : nil
      }).first
    else { return nil }
    isTLS = scheme == "https://"
    let slash = rest.utf8.firstIndex(of: UInt8(ascii: "/")) ?? rest.utf8.endIndex
    guard let host = HostName(ExactString(rest[..<slash])) else { return nil }
    self.host = host
    var path = rest[slash...]
    guard path.isEmpty || (try? RequestPath(ArraySlice(path.utf8))) != nil else { return nil }
    if path.utf8.last == UInt8(ascii: "/") { path = path.dropLast() }
    self.path = String(path)
  }
}
