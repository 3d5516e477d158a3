import StrictParsers
import Testing

@testable import Gateway

/// Files that exist in a test only.
struct MemoryFiles: SettingsReading {
  var files: [String: [UInt8]] = [:]
  /// Files that every user may read.
  var open: Set<String> = []
  /// Folders that are not there for writing.
  var folders: [String: FolderAccess] = [:]

  func isOpenToOthers(_ path: String) -> Bool { open.contains(path) }
  func access(toFolder path: String) -> FolderAccess { folders[path] ?? .writable }

  func contents(of path: String) -> [UInt8]? { files[path] }

  /// In pieces that end anywhere.
  func read(_ path: String, _ piece: ([UInt8]) -> Void) -> Bool {
    guard let bytes = files[path] else { return false }
    for start in stride(from: 0, to: bytes.count, by: 7) { piece(Array(bytes[start..<min(start + 7, bytes.count)])) }
    return true
  }

  func names(in folder: String) -> [String]? {
    let prefix = folder == "." ? "" : "\(folder)/"
    return files.keys.filter { $0.hasPrefix(prefix) && !$0.dropFirst(prefix.count).contains("/") }.map {
      String($0.dropFirst(prefix.count))
    }.sorted()
  }
}

/// A small configuration that is fine, of which a test replaces or adds a part.
struct SettingsSample: Sendable {
  static let path = "/etc/imprimatur/imprimatur.yaml"

  /// More lines at the top.
  var top = ""
  var issuers = "{github: {provider: github}}"
  var registryName = "python"
  var `protocol` = "pypi"
  var audience = "example_pypi"
  var upstream = "{url: \"http://127.0.0.1:8081/\", credential: {none: true}}"
  /// More members of the registry, each with a comma before it.
  var registry = ""
  var when = "{repository: acme/widgets, repository_owner_id: 42, workflow: release.yml, environment: release}"
  var mayPublish = "{python: acme-widgets}"
  var publisherID = "widgets"
  /// More members of the publisher, each with a comma before it.
  var publisher = ""
  var files: [String: String] = [:]
  var environment: [String: String] = [:]

  var text: String {
    """
    version: 1
    issuers: \(issuers)
    registries: {\(registryName): {protocol: \(`protocol`), audience: \(audience), upstream: \(upstream)\(registry)}}
    publishers: [{id: \(publisherID), issuer: github, when: \(when), may_publish: \(mayPublish)\(publisher)}]
    \(top)
    """
  }

  func load() -> (settings: Settings?, problems: [SettingsProblem]) { Self.load(text, files: files, environment: environment) }

  /// The settings, if there is no problem at all.
  func settings(_ comment: Comment? = nil) throws -> Settings {
    let (settings, problems) = load()
    try #require(problems.isEmpty, "\(problems)")
    return try #require(settings, comment)
  }

  /// `severity: key path: message` of each problem, in the order of their places.
  var complaints: [String] { load().problems.map(\.complaint) }

  static func load(
    _ text: String, files: [String: String] = [:], environment: [String: String] = [:]
  ) -> (settings: Settings?, problems: [SettingsProblem]) {
    load(Array(text.utf8), files: files, environment: environment)
  }

  static func load(
    _ bytes: [UInt8], files: [String: String] = [:], environment: [String: String] = [:]
  ) -> (settings: Settings?, problems: [SettingsProblem]) {
    var memory = MemoryFiles(files: files.mapValues { Array($0.utf8) })
    memory.files[path] = bytes
    return SettingsFile.load(path, environment: environment, reading: memory)
  }
}

extension SettingsProblem {
  var complaint: String { "\(severity.rawValue): \(keyPath): \(message)" + (suggestion.map { " (\($0)?)" } ?? "") }
}

extension SettingsSample {
  /// Every key that this version knows.
  static let complete = """
    version: 1
    server:
      listen: 0.0.0.0:0
      tls: {certificate: tls.crt, key: /etc/tls.key}
      public_url: https://Upload.example.com:8443/
      trusted_proxies: [10.0.0.0/8, "::1"]
      limits:
        upload: 3GiB
        spool_memory: 1KiB
        spool_total: 4MiB
        spool_directory: spool
        connections: 7
        header_bytes: 1MiB
        header_count: 8
        token_bytes: 2KiB
        head_timeout: 11s
        body_timeout: 2h
        body_rate: 5B/s
        answer: 6B
        connect_timeout: 700ms
        upstream_timeout: 1d
        drain: 3m
    admin: {listen: "[::1]:9090"}
    state: {sqlite: state.db}
    log: {format: text, level: debug}
    audit: {file: /var/log/imprimatur/audit.jsonl, on_failure: continue}
    issuers:
      github: {provider: github}
      gitlab:
        provider: gitlab
        url: https://gitlab.example.com
        ca_file: corp.pem
        jwks_url: https://keys.example.com/x
        algorithms: [RS256, ES256]
        max_lifetime: 1h
        allow_private_network: true
        allow_http: false
      local: {provider: gitlab, url: "http://127.0.0.1:8080", jwks_file: keys.json, allow_http: true}
    registries:
      python:
        protocol: pypi
        host: Upload.example.com
        path: /simple/
        audience: example_pypi
        upstream:
          url: https://registry.example.com:444/upload/
          credential:
            basic: {username: uploader, password: {env: PASSWORD}}
          ca_file: corp.pem
          client_certificate: {certificate: client.pem, key: {env: KEY}}
          keep_alive: false
        digest: none
        direct: refuse
        upload_token: {lifetime: 6h}
        attestations: pass
        reads: refuse
        overwrite: registry
        legacy_credentials: refuse
        mode: enforce
      files:
        protocol: generic
        host: upload.example.com
        path: /files
        audience: example_files
        upstream: {url: "http://127.0.0.1:8081", credential: {none: true}}
        template: "/{name}/{version}/{file}"
        methods: PUT
    publishers:
      - id: widgets-release
        issuer: github
        when:
          repository: acme/widgets
          repository_owner_id: "42"
          repository_id: 1234
          workflow: release.yml
          environment: [release, on]
          tag: "v{version}"
        may_publish:
          python: [acme-widgets, "Acme_Widgets.*"]
          files: acme
        create: any
        expires: 2027-01-01
    include: [publishers.d/*.yaml]
    """

  static let completeFiles = [
    "/etc/imprimatur/tls.crt": "", "/etc/tls.key": "", "/etc/imprimatur/corp.pem": "", "/etc/imprimatur/keys.json": "",
    "/etc/imprimatur/client.pem": "",
    "/etc/imprimatur/publishers.d/more.yaml": """
    - {id: more, issuer: gitlab, when: {project: a/b, project_id: 1, ref_protected: true}, may_publish: {python: c}}
    """,
  ]
  static let completeEnvironment = ["PASSWORD": "hunter2", "KEY": "key"]
}
