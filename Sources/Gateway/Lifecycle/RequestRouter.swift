import Configuration
import RegistryProtocols
import StrictParsers

/// What a request wants, the request as its registry sees it, and the registries that may be meant: one, or for a path at the root of the host all of
/// the host that have the route, of which only the token tells one from another. Never none.
struct RoutedTo: Sendable {
  let route: Route
  let request: RoutedRequest
  let registries: [Registry]
}

/// Why a request is for nothing that is served here.
struct RoutingFailure: Error {
  let refusal: Refusal
  /// The registry that the path leads to, in whose ecosystem's words the request is refused; `nil` if it leads to none.
  var registry: Registry?
}

/// Finds what a request wants among the registries of its host.
struct RequestRouter {
  /// None if the host is unknown.
  let registries: [Registry]

  func route(_ head: RequestHead) throws(RoutingFailure) -> RoutedTo {
    let path: RequestPath
    do throws(RequestPathRefusal) {
      path = try RequestPath(head.target.path)
    } catch {
      // A path that the registry does not take to which it leads is refused as if no registry took it.
      guard let unusual = unusualPath(head.target.path), let found = try route(head, unusual) else {
        throw RoutingFailure(refusal: .path(error))
      }
      return found
    }
    guard !registries.isEmpty else { throw RoutingFailure(refusal: .route(.unknownHost)) }
    guard let found = try route(head, path) else { throw RoutingFailure(refusal: .route(.notFound)) }
    return found
  }

  /// A path that some registry of the host may take, although it is not plain.
  private func unusualPath(_ bytes: ArraySlice<UInt8>) -> RequestPath? {
    let rules = registries.reduce(into: PathRules()) { $0.formUnion($1.settings.ecosystem.type.pathRules) }
    return rules.isEmpty ? nil : try? RequestPath(bytes, allowing: rules)
  }

  /// `nil` if the path leads to no registry, or to one that does not take such a path.
  private func route(_ head: RequestHead, _ path: RequestPath) throws(RoutingFailure) -> RoutedTo? {
    let query = head.target.query.flatMap { ExactString(utf8: $0) }
    do throws(RouteRefusal) {
      if let found = try originRoute(head, path, query) { return found }
    } catch {
      throw RoutingFailure(refusal: .route(error))
    }
    return try prefixRoute(head, path, query)
  }

  private func originRoute(_ head: RequestHead, _ path: RequestPath, _ query: ExactString?) throws(RouteRefusal) -> RoutedTo? {
    guard let atOrigin = RoutedPath(path, below: [], query: query) else { return nil }
    let request = RoutedRequest(head, atOrigin)
    var found: Route?
    var meant: [Registry] = []
    for registry in registries where registry.takes(path, below: []) {
      guard let route = try registry.protocol.anyOriginRoute(request) else { continue }
      found = found ?? route
      meant.append(registry)
    }
    return found.map { RoutedTo(route: $0, request: request, registries: meant) }
  }

  private func prefixRoute(_ head: RequestHead, _ path: RequestPath, _ query: ExactString?) throws(RoutingFailure) -> RoutedTo? {
    guard let registry = registry(for: path), registry.takes(path, below: registry.settings.path.segments),
      let below = RoutedPath(path, below: registry.settings.path.segments, query: query)
    else { return nil }
    let request = RoutedRequest(head, below)
    do throws(RouteRefusal) {
      return RoutedTo(route: try registry.protocol.route(request), request: request, registries: [registry])
    } catch {
      throw RoutingFailure(refusal: .route(error), registry: registry)
    }
  }

  /// The registry with the longest prefix of the path, by whole segments.
  private func registry(for path: RequestPath) -> Registry? {
    var best: Registry?
    for registry in registries where path.hasPrefix(registry.settings.path.segments) {
      if let best, best.settings.path.segments.count > registry.settings.path.segments.count { continue }
      best = registry
    }
    return best
  }
}

extension Registry {
  fileprivate func takes(_ path: RequestPath, below prefix: [ExactString]) -> Bool {
    path.isPlain || path.isAllowed(by: settings.ecosystem.type.pathRules, behind: prefix.count)
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
