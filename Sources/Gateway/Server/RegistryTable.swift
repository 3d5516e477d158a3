import RegistryProtocols
import StrictParsers

/// The registries that one host name serves.
struct RegistryTable {
  let registries: [Registry]

  /// A request's path, read by the rules of the registry that it leads to. What that one does not allow is refused as if no registry allowed it.
  func path(_ bytes: ArraySlice<UInt8>) throws(RequestPathRefusal) -> RequestPath {
    do throws(RequestPathRefusal) {
      return try RequestPath(bytes)
    } catch {
      guard let path = places.path(bytes) else { throw error }
      return path
    }
  }

  private var places: PathPlaces {
    PathPlaces(registries.map(\.settings).map { .init(below: $0.path.segments, $0.ecosystem.dialect.pathRules) })
  }

  /// The registry with the longest prefix of the path, by whole segments.
  func registry(for path: RequestPath) -> Registry? {
    registries.filter { path.hasPrefix($0.settings.path.segments) }
      .max { $0.settings.path.segments.count < $1.settings.path.segments.count }
  }
}
