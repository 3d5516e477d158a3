import Configuration
import RegistryProtocols
import StrictParsers

/// An upload as its head alone tells it, under the configuration that was in force when it came.
final class PublishRequest: Sendable {
  let configuration: ConfigurationSnapshot
  let registry: Registry
  let routed: RoutedRequest
  let route: PublishRoute

  init(configuration: ConfigurationSnapshot, registry: Registry, routed: RoutedRequest, route: PublishRoute) {
    self.configuration = configuration
    self.registry = registry
    self.routed = routed
    self.route = route
  }

  var head: RequestHead { routed.head }
  var limits: Limits { configuration.settings.server.limits }

  /// Whether the registry is asked, before anything is sent, if it has the file.
  var refusesExistingFiles: Bool { registry.settings.overwrite == .refuse }

  /// The upload's media type; one that stands twice is left out, since registries differ in which they would take.
  var contentType: ArraySlice<UInt8>? {
    do { return try head.fields.single(named: "content-type") } catch { return nil }
  }
}
