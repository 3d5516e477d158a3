import Secrets
import StrictParsers
import Yams

extension SettingsSchema {
  private static let socketScheme = "unix:"
  /// Linux' `sun_path`, but for the NUL at its end (unix(7)).
  private static let longestSocketPath = 107
  /// Fields that we write ourselves, or that belong to one connection (RFC 9110, section 7.6.1).
  private static let reservedFields: Set<String> = [
    "connection", "content-encoding", "content-length", "content-type", "expect", "host", "keep-alive", "proxy-connection", "te", "trailer",
    "transfer-encoding", "upgrade", "accept-encoding",
  ]

  func upstream(_ node: SettingsNode) -> UpstreamSettings? {
    guard let members = node.members(UpstreamKey.self) else { return nil }
    let url = members.required(.url)
    let socket = url.flatMap { self.socket($0) }
    let origin = socket == nil ? url.flatMap { $0.webURL() } : WebURL("http://localhost")
    let credential = members.required(.credential).flatMap { self.credential($0) }
    let caFile = members[.caFile]?.path()
    checkReadable(caFile, members[.caFile])
    let clientCertificate = members[.clientCertificate].flatMap { self.clientCertificate($0) }
    let keepAlive = members[.keepAlive]?.flag() ?? true
    guard let origin, let credential else { return nil }
    return UpstreamSettings(
      isTLS: origin.isTLS, socket: socket, host: origin.host.name.text.filter { $0 != "[" && $0 != "]" }, port: origin.port,
      authority: origin.authority, basePath: origin.path,
      credential: credential, caFile: caFile, clientCertificate: clientCertificate, keepAlive: keepAlive)
  }

  /// The path behind `unix:`; `nil` for any other URL.
  private func socket(_ node: SettingsNode) -> String? {
    guard case .scalar(let scalar) = node.node, scalar.string.hasPrefix(Self.socketScheme) else { return nil }
    let path = String(scalar.string.dropFirst(Self.socketScheme.count))
    if !path.hasPrefix("/") || path.utf8.contains(0) { node.error("must be unix: and the absolute path of a socket") }
    if path.utf8.count > Self.longestSocketPath { node.error("a socket's path has at most \(Self.longestSocketPath) bytes") }
    return path
  }

  private func clientCertificate(_ node: SettingsNode) -> UpstreamSettings.ClientCertificate? {
    guard let members = node.members(ClientCertificateKey.self) else { return nil }
    let certificate = members.required(.certificate)?.path()
    let key = members.required(.key).flatMap { secret($0, isFieldValue: false) }
    checkReadable(certificate, members[.certificate])
    guard let certificate, let key else { return nil }
    checkPair(certificate, members[.certificate], key: (try? key.read(environment))?.withBytes { $0 }, members[.key])
    return .init(certificate: certificate, key: key)
  }

  private func credential(_ node: SettingsNode) -> UpstreamCredential? {
    guard let members = node.members(CredentialKey.self) else { return nil }
    let given = CredentialKey.allCases.compactMap { kind in members[kind].map { (kind, $0) } }
    guard given.count == 1, let (kind, value) = given.first else {
      // A key that is none of these was reported already.
      if given.count > 1 || node.names.isEmpty {
        node.error("must be one of \(CredentialKey.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      return nil
    }
    switch kind {
    case .basic:
      guard let basic = value.members(BasicCredentialKey.self) else { return nil }
      let user = basic.required(.username)?.text()
      let password = basic.required(.password).flatMap { secret($0) }
      guard let username = user, let password else { return nil }
      guard !username.utf8.contains(UInt8(ascii: ":")) else {
        basic[.username]?.error("a user name of Basic can't hold a colon")
        return nil
      }
      return .basic(username: username, password: password)
    case .bearer: return secret(value).map { .bearer($0) }
    case .raw: return secret(value).map { .raw($0) }
    case .header: return header(value)
    case .none:
      if value.flag() == false { value.error("must be true") }
      return UpstreamCredential.none
    }
  }

  private func header(_ node: SettingsNode) -> UpstreamCredential? {
    guard let members = node.members(FieldCredentialKey.self) else { return nil }
    let field = members.required(.name)?.text()
    let value = members.required(.value).flatMap { secret($0) }
    guard let name = field, let value else { return nil }
    let lowercased = String(decoding: ASCII.lowercased(name.utf8), as: UTF8.self)
    guard name.utf8.allSatisfy({ ASCII.isTokenCharacter($0) }), !Self.reservedFields.contains(lowercased) else {
      members[.name]?.error("\"\(name)\" is not a field that a credential can stand in")
      return nil
    }
    return .header(name: lowercased, value: value)
  }

  func secret(_ node: SettingsNode, isFieldValue: Bool = true) -> SecretSource? {
    guard let members = node.members(SecretKey.self) else { return nil }
    let source: SecretSource?
    switch (members[.file], members[.env], members[.systemd]) {
    case (let file?, nil, nil): source = file.path().map { .file($0) }
    case (nil, let name?, nil): source = name.text().map { .environment($0) }
    case (nil, nil, let name?): source = name.text().map { .systemd($0) }
    case (nil, nil, nil), (.some, .some, _), (.some, _, .some), (_, .some, .some):
      if members.count != 0 || node.names.isEmpty { node.error("must be one of file, env and systemd") }
      return nil
    }
    guard let source else { return nil }
    guard purpose.looksIntoFiles else { return source }
    do throws(SecretSource.Fault) {
      let secret = isFieldValue ? try source.readFieldValue(environment) : try source.read(environment)
      checkReaders(of: source.path(environment), node)
      if isFieldValue { checkStrength(of: secret, node) }
    } catch {
      node.error(error.explanation, .unreadable)
    }
    return source
  }
}
