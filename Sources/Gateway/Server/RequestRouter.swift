import RegistryProtocols
import StrictParsers

/// What a request wants, the request as its registry sees it, and the registries that may be meant: one, or for a path at the root of the host all of
/// the host that have the route, of which only the token tells one from another. Never none.
struct RoutedTo: Sendable {
  let route: Route
  let request: RoutedRequest
  let registries: [Registry]
}

/// Finds what a request wants among the registries of its host.
struct RequestRouter {
  /// Never empty.
  let registries: [Registry]

  func route(_ head: RequestHead, _ path: RequestPath) throws(RouteRefusal) -> RoutedTo {
    let query = head.target.query.flatMap { ExactString(utf8: $0) }
    if let atOrigin = RoutedPath(path, below: [], query: query) {
      let request = RoutedRequest(head, atOrigin)
      var found: Route?
      var meant: [Registry] = []
      for registry in registries {
        guard let route = try registry.protocol.originRoute(request) else { continue }
        found = found ?? route
        meant.append(registry)
      }
      if let found { return RoutedTo(route: found, request: request, registries: meant) }
    }
    guard let (registry, below) = registry(for: path, query) else { throw .notFound }
    let request = RoutedRequest(head, below)
    return RoutedTo(route: try registry.protocol.route(request), request: request, registries: [registry])
  }

  /// The registry with the longest matching prefix, by whole segments.
  private func registry(for path: RequestPath, _ query: ExactString?) -> (Registry, RoutedPath)? {
    var best: (Registry, RoutedPath)?
    for registry in registries where registry.settings.path.segments.count >= (best?.0.settings.path.segments.count ?? 0) {
      if let below = RoutedPath(path, below: registry.settings.path.segments, query: query) { best = (registry, below) }
    }
    return best
  }
}

extension RoutedPath {
  /// `nil` unless the path begins with the prefix, by whole segments.
  fileprivate init?(_ path: RequestPath, below prefix: [ExactString], query: ExactString?) {
    guard path.hasPrefix(prefix), let raw = ExactString(utf8: path.bytes(afterSegments: prefix.count)) else { return nil }
    var segments = path.segments.dropFirst(prefix.count).map(\.text)
    if path.hasTrailingSlash, !raw.isEmpty { segments.append("") }
    self.init(raw: raw, segments: segments, query: query)
  }
}
