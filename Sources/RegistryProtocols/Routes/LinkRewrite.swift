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

  /// The public URL; `nil` if the URL leads elsewhere: it would name a host that only the gateway can reach.
  package func rewrite(_ location: some Collection<UInt8>) -> String? {
    var path = location[...]
    if path.starts(with: "\(upstreamOrigin)/".utf8) {
      path = path.dropFirst(upstreamOrigin.utf8.count)
    } else if path.first != UInt8(ascii: "/") || path.dropFirst().first == UInt8(ascii: "/") {
      return nil
    }
    guard path.starts(with: "\(upstreamPath)/".utf8) else { return nil }
    return publicOrigin + publicPath + String(decoding: path.dropFirst(upstreamPath.utf8.count), as: UTF8.self)
  }
}
