/// Turns a URL of the registry into the URL of the same thing behind this gateway.
struct LocationRewrite: Sendable {
  /// `scheme://host[:port]` of the registry, then the path under which it lies there.
  let upstreamOrigin: String
  let upstreamPath: String
  let publicOrigin: String
  let publicPath: String

  /// `nil` if the URL leads elsewhere: it would name a host that only the gateway can reach.
  func rewrite(_ location: ArraySlice<UInt8>) -> String? {
    var path = location
    if path.starts(with: "\(upstreamOrigin)/".utf8) {
      path = path.dropFirst(upstreamOrigin.utf8.count)
    } else if path.first != UInt8(ascii: "/") || path.dropFirst().first == UInt8(ascii: "/") {
      return nil
    }
    guard path.starts(with: "\(upstreamPath)/".utf8) else { return nil }
    return publicOrigin + publicPath + String(decoding: path.dropFirst(upstreamPath.utf8.count), as: UTF8.self)
  }
}
