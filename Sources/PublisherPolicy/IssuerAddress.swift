import StrictParsers

/// An issuer's URL in its parts. A slash at its end makes a last part that is empty.
struct IssuerAddress {
  /// With its scheme, without a slash.
  let origin: ExactString
  /// With its port, if it has one.
  let host: ExactString
  let path: [ExactString]

  init?(_ url: ExactString) {
    guard let scheme = ["https://", "http://"].first(where: { url.after($0) != nil }), let rest = url.after(scheme) else { return nil }
    let pieces = rest.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).compactMap { ExactString(utf8: $0) }
    guard let host = pieces.first, !host.isEmpty else { return nil }
    origin = ExactString("\(scheme)\(host)")
    self.host = host
    path = Array(pieces.dropFirst())
  }
}
