import Logging
import NIOPosix
import Observability
import Secrets
import StrictParsers
import Synchronization

/// Reads the service credential from where the configuration says, again when its file changes.
final class ServiceCredentialSource: Sendable {
  private struct Known {
    let version: FileVersion?
    let credential: ServiceCredential
  }

  private let kind: UpstreamCredential
  private let environment: [String: String]
  private let threads: NIOThreadPool
  private let log: Logger
  private let known = Mutex<Known?>(nil)

  init(_ kind: UpstreamCredential, environment: [String: String], threads: NIOThreadPool, log: Logger) {
    self.kind = kind
    self.environment = environment
    self.threads = threads
    self.log = log
  }

  /// Of the file that the credential was read from last.
  var version: FileVersion? { known.withLock { $0?.version } }

  /// The credential as it is now; `nil` if the registry wants none. Its file is looked at each time, since a rotated one must be used at once.
  func current() async throws(UpstreamFailure) -> ServiceCredential? {
    if kind == .none { return nil }
    let version = kind.secret?.path(environment).flatMap { FileVersion(of: $0) }
    if let known = known.withLock({ $0 }), known.version == version { return known.credential }
    let credential = try await threads.run(orFail: UpstreamFailure.credentialUnreadable) { [self] () throws(UpstreamFailure) in
      do throws(SecretSource.Fault) { return try make() } catch { throw .credentialUnreadable }
    }
    let isRotation = known.withLock { known in
      defer { known = Known(version: version, credential: credential) }
      return known.map { $0.version != version } ?? false
    }
    if isRotation { log.log(.credentialRotated) }
    return credential
  }

  private func make() throws(SecretSource.Fault) -> ServiceCredential {
    guard let source = kind.secret else { throw .empty }
    let secret = try source.readFieldValue(environment)
    return switch kind {
    case .basic(let username, _): ServiceCredential(basic: username, password: secret)
    case .bearer: ServiceCredential(authorization: Secret(secret.withBytes { Array("Bearer ".utf8) + $0 }), secrets: [secret])
    case .header(let name, _): ServiceCredential(fieldName: name, fieldValue: secret, secrets: [])
    case .raw, .none: ServiceCredential(authorization: secret, secrets: [])
    }
  }
}

extension ServiceCredential {
  fileprivate init(authorization: Secret, secrets: [Secret]) {
    self.init(fieldName: "authorization", fieldValue: authorization, secrets: secrets)
  }

  /// RFC 7617.
  fileprivate init(basic username: String, password: Secret) {
    let pair = password.withBytes { Base64.encode(Array("\(username):".utf8) + $0) }
    self.init(authorization: Secret(Array("Basic \(pair)".utf8)), secrets: [password, Secret(Array(pair.utf8))])
  }
}
