import PublisherPolicy
import RegistryProtocols
import StrictParsers

/// A registry of the configuration, with what is needed to speak for it and to it.
struct Registry: Sendable {
  let settings: RegistrySettings
  let dialect: any RegistryProtocol
  /// Where what the policy allows is sent, with our certificate if we have one.
  let origin: UpstreamOrigin
  /// The same place for what others send on their own account, without it.
  let openOrigin: UpstreamOrigin
  let credential: ServiceCredentialSource
  let standing: CredentialStanding
  let probe: CredentialProbe
  /// What of its answers tells where it is.
  let address: UpstreamAddress
  /// `scheme://host[:port]` as clients reach it; `nil` if only their requests tell.
  let publicOrigin: ExactString?

  var name: RegistryName { settings.name }

  /// The request's path below this registry's prefix; `nil` if it lies elsewhere.
  func route(_ path: RequestPath, query: ExactString?) -> RoutedPath? {
    let prefix = settings.path.segments
    guard path.hasPrefix(prefix), let raw = ExactString(utf8: path.bytes(afterSegments: prefix.count)) else { return nil }
    var segments = path.segments.dropFirst(prefix.count).map(\.text)
    if path.hasTrailingSlash, !raw.isEmpty { segments.append("") }
    return RoutedPath(raw: raw, segments: segments, query: query)
  }

  /// Where an upload goes: what the dialect keeps of the path is appended to the registry's own.
  func publishTarget(for path: RoutedPath) -> String { settings.upstream.basePath + dialect.publishPath(for: path).text }

  /// Where a read goes: the path as it was sent, and its query.
  func readTarget(for path: RoutedPath) -> String {
    let target = settings.upstream.basePath + path.raw.text
    return (target.isEmpty ? "/" : target) + (path.query.map { "?\($0)" } ?? "")
  }

  /// How this registry's URLs become public ones in the answer to a request.
  func locationRewrite(for head: RequestHead, _ configuration: Configuration) -> LocationRewrite {
    let scheme = configuration.tls == nil ? "http" : "https"
    let asked = String(decoding: head.fields.values(named: "host").first ?? [], as: UTF8.self)
    return LocationRewrite(
      upstreamOrigin: "\(origin.tls == nil ? "http" : "https")://\(origin.authority)", upstreamPath: settings.upstream.basePath,
      publicOrigin: publicOrigin?.text ?? "\(scheme)://\(asked)", publicPath: settings.path.raw)
  }
}
