package import Configuration
package import Testing

/// A small configuration that is fine, of which a test replaces or adds a part.
package struct SettingsSample: Sendable {
  package static let path = "/etc/imprimatur/imprimatur.yaml"

  /// More lines at the top.
  package var top: String
  package var issuers: String
  package var registryName: String
  package var `protocol`: String
  package var audience: String
  package var upstream: String
  /// More members of the registry, each with a comma before it.
  package var registry: String
  package var when: String
  package var mayPublish: String
  package var publisherID: String
  /// More members of the publisher, each with a comma before it.
  package var publisher: String
  package var files: [String: String]
  package var environment: [String: String]

  package init(
    top: String = "",
    issuers: String = "{github: {provider: github}}",
    registryName: String = "python",
    protocol: String = "pypi",
    audience: String = "example_pypi",
    upstream: String = "{url: \"http://127.0.0.1:8081/\", credential: {none: true}}",
    registry: String = "",
    when: String = "{repository: acme/widgets, repository_owner_id: 42, workflow: release.yml, environment: release}",
    mayPublish: String = "{python: acme-widgets}",
    publisherID: String = "widgets",
    publisher: String = "",
    files: [String: String] = [:],
    environment: [String: String] = [:]
  ) {
    self.top = top
    self.issuers = issuers
    self.registryName = registryName
    self.protocol = `protocol`
    self.audience = audience
    self.upstream = upstream
    self.registry = registry
    self.when = when
    self.mayPublish = mayPublish
    self.publisherID = publisherID
    self.publisher = publisher
    self.files = files
    self.environment = environment
  }

  package var text: String {
    """
    version: 1
    issuers: \(issuers)
    registries: {\(registryName): {protocol: \(`protocol`), audience: \(audience), upstream: \(upstream)\(registry)}}
    publishers: [{id: \(publisherID), issuer: github, when: \(when), may_publish: \(mayPublish)\(publisher)}]
    \(top)
    """
  }

  package func load() -> (settings: Settings?, problems: [SettingsProblem]) { Self.load(text, files: files, environment: environment) }

  /// The settings, if there is no problem at all.
  package func settings(_ comment: Comment? = nil) throws -> Settings {
    let (settings, problems) = load()
    try #require(problems.isEmpty, "\(problems)")
    return try #require(settings, comment)
  }

  /// `severity: key path: message` of each problem, in the order of their places.
  package var complaints: [String] { load().problems.map(\.complaint) }

  package static func load(
    _ text: String, files: [String: String] = [:], environment: [String: String] = [:]
  ) -> (settings: Settings?, problems: [SettingsProblem]) {
    load(Array(text.utf8), files: files, environment: environment)
  }

  package static func load(
    _ bytes: [UInt8], files: [String: String] = [:], environment: [String: String] = [:]
  ) -> (settings: Settings?, problems: [SettingsProblem]) {
    var memory = MemoryFiles(files: files.mapValues { Array($0.utf8) })
    memory.files[path] = bytes
    return SettingsFile.load(path, environment: environment, reading: memory)
  }
}

extension SettingsProblem {
  package var complaint: String { "\(severity.rawValue): \(keyPath): \(message)" + (suggestion.map { " (\($0)?)" } ?? "") }
}
