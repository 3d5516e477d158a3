import Observability
import PublisherPolicy
import RegistryProtocols
import Secrets
import StateStore
import StrictParsers

/// What stands at the top of a configuration, and what its parts must agree on.
struct SettingsSchema {
  let environment: [String: String]
  let reader: any SettingsReading
  let purpose: SettingsFile.Purpose
  let ecosystems: [Ecosystem]
  let problems: SettingsProblems

  func read(_ root: SettingsNode, _ files: inout SettingsFiles, tests: [String]) -> Settings? {
    guard let members = root.members(TopKey.self) else { return nil }
    if let version = members.required(.version), let text = version.text(), text != "1" { version.error("must be 1") }
    let server = server(members[.server])
    checkFolder(server.limits.spoolDirectory, root.nearest(["server", "limits", "spool_directory"]))
    let admin = members[.admin].flatMap { $0.members(AdminKey.self)?.required(.listen)?.listenAddress() }
    let issuers = members.required(.issuers).map { self.issuers($0) } ?? []
    let registries = members.required(.registries).map { self.registries($0, server) } ?? []
    let declared = Declared(
      issuers: issuers, registries: registries, issuerNames: members[.issuers]?.names ?? [],
      registryNames: members[.registries]?.names ?? [])
    files.note(tests: members[.tests])
    let publishers = publishers(members[.publishers], include: members[.include], declared, &files)
    for path in secondaryFiles(server, issuers, registries) { files.watch(path) }
    let digest = files.digest
    let paths = files.paths
    for path in tests { files.note(tests: files.parse(path)?.members(TopKey.self, only: [.tests])?.required(.tests)) }
    let state = state(members[.state])
    if state == .memory, publishers.contains(where: \.pinsOnFirstUse) {
      members[.state]?.warn("a restart forgets whom publishers without ids belong to, so that they learn anew")
    }
    if case .sqlite(let path) = state { checkFolder(SettingsNode.folder(of: path), root.nearest(["state", "sqlite"])) }
    let audit = audit(members[.audit])
    if let file = audit.file {
      checkFolder(SettingsNode.folder(of: file), root.nearest(["audit", "file"]), isNeeded: audit.onFailure == .refuse)
    }
    return Settings(
      server: server, admin: admin, state: state, log: log(members[.log]), audit: audit,
      issuers: issuers, registries: registries, publishers: publishers,
      tests: self.tests(files.tests, declared, publishers), digest: digest, files: paths, includes: files.includes,
      places: SettingsPlaces(of: [.issuers, .registries].compactMap { members[$0] }))
  }

  /// Certificates with their keys, and issuers' keys. Other secrets are read when they are used.
  private func secondaryFiles(_ server: ServerSettings, _ issuers: [IssuerSettings], _ registries: [RegistrySettings]) -> [String] {
    (server.tls.map { [$0.certificate, $0.key] } ?? []) + issuers.flatMap { [$0.caFile, $0.keys.file].compactMap { $0 } }
      + registries.map(\.upstream).flatMap { upstream in
        [upstream.caFile, upstream.clientCertificate?.certificate, upstream.clientCertificate?.key.path(environment)].compactMap { $0 }
      }
  }

  /// Says where a file or a secret is missing that the configuration can't do without.
  func checkReadable(_ path: String?, _ node: SettingsNode?) {
    guard purpose.looksIntoFiles, let path, let node, reader.contents(of: path) == nil else { return }
    node.error("\(path) can't be read", .unreadable)
  }

  // MARK: Server

  private func server(_ node: SettingsNode?) -> ServerSettings {
    let members = node?.members(ServerKey.self)
    let server = ServerSettings(
      listen: members?[.listen].flatMap { $0.listenAddress() } ?? ListenAddress(host: "127.0.0.1", port: 8080),
      tls: members?[.tls].flatMap { certificate($0) }, http2: members?[.http2]?.choice() ?? .allow,
      publicOrigin: members?[.publicURL].flatMap { publicOrigin($0) },
      trustedProxies: members?[.trustedProxies].flatMap { trustedProxies($0) } ?? [],
      limits: members?[.limits].map { limits($0) } ?? Limits())
    if server.isOpenlyPlain, members?[.tls] == nil {
      members?[.listen]?.warn(
        "plain HTTP on all addresses shows every token to everybody on the way: add tls, or say by an https public_url or trusted_proxies "
          + "that a TLS terminator stands in front")
    }
    return server
  }

  private func certificate(_ node: SettingsNode) -> ServerSettings.Certificate? {
    guard let members = node.members(ListenerTLSKey.self) else { return nil }
    let certificate = members.required(.certificate)?.path()
    let key = members.required(.key)?.path()
    checkReadable(certificate, members[.certificate])
    checkReadable(key, members[.key])
    guard let certificate, let key else { return nil }
    checkPair(certificate, members[.certificate], key: reader.contents(of: key), members[.key])
    checkReaders(of: key, members[.key])
    return .init(certificate: certificate, key: key)
  }

  private func publicOrigin(_ node: SettingsNode) -> ExactString? {
    guard let url = node.webURL() else { return nil }
    guard url.path.isEmpty else {
      node.error("must not have a path: each registry has its own")
      return nil
    }
    return ExactString(url.origin)
  }

  private func trustedProxies(_ node: SettingsNode) -> [AddressRange]? {
    node.items()?.compactMap { item in
      guard let text = item.text() else { return nil }
      if let range = AddressRange(text) { return range }
      item.error("\"\(text)\" is neither an address nor a range of addresses")
      return nil
    }
  }

  // MARK: State, log, audit

  private func state(_ node: SettingsNode?) -> StateSettings {
    let usual = StateSettings.sqlite(path: "/var/lib/imprimatur/state.db")
    guard let node, let members = node.members(StateKey.self) else { return usual }
    switch (members[.sqlite], members[.postgres], members[.memory]) {
    case (let sqlite?, nil, nil): return sqlite.path().map { .sqlite(path: $0) } ?? usual
    case (nil, let postgres?, nil): return self.postgres(postgres) ?? usual
    case (nil, nil, let memory?):
      if memory.flag() == false { memory.error("must be true") }
      return .memory
    case (nil, nil, nil), (.some, .some, _), (.some, _, .some), (_, .some, .some):
      // A key that is none of these was reported already.
      if members.count != 0 || node.names.isEmpty { node.error("must be one of sqlite, postgres and memory") }
      return usual
    }
  }

  private func postgres(_ node: SettingsNode) -> StateSettings? {
    guard let url = node.members(PostgresKey.self)?.required(.url), let source = secret(url, isFieldValue: false) else { return nil }
    guard purpose.looksIntoFiles else { return .postgres(url: source) }
    // One that can't be read was reported already.
    guard let secret = try? source.read(environment) else { return nil }
    guard let location = secret.withBytes({ PostgresLocation(url: $0) }) else {
      url.error("the secret is not a URL of a PostgreSQL database: postgres://USER:PASSWORD@HOST/DATABASE")
      return nil
    }
    if !location.isProtected {
      url.warn(
        "the URL does not say how the way to the server is protected: add sslmode=verify-full, or sslmode=disable on your own network")
    }
    return .postgres(url: source)
  }

  private enum LogLevel: String, CaseIterable { case trace, debug, info, notice, warning, error, critical }

  private func log(_ node: SettingsNode?) -> LogSettings {
    let members = node?.members(LogKey.self)
    return LogSettings(
      format: members?[.format]?.choice() ?? .json, level: (members?[.level]?.choice(LogLevel.self) ?? .info).rawValue)
  }

  private func audit(_ node: SettingsNode?) -> AuditSettings {
    let members = node?.members(AuditKey.self)
    return AuditSettings(file: members?[.file]?.path(), onFailure: members?[.onFailure]?.choice() ?? .refuse)
  }
}
