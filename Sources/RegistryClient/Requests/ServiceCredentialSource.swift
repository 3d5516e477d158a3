package import Secrets
import StrictParsers
import Synchronization

/// Reads the service credential from where the configuration says, again when its file changes.
package final class ServiceCredentialSource: Sendable {
  package struct Known: Sendable {
    fileprivate let version: FileVersion?
    /// `nil` if the registry wants none.
    package let credential: ServiceCredential?
    fileprivate let source: ObjectIdentifier

    package func isOf(_ source: ServiceCredentialSource) -> Bool { ObjectIdentifier(source) == self.source }
  }

  /// Reads a file where that may block.
  package typealias Reading = @Sendable () throws(UpstreamFailure) -> ServiceCredential
  package typealias Blocking = @Sendable (_ read: @escaping Reading) async throws(UpstreamFailure) -> ServiceCredential

  private let kind: UpstreamCredential
  private let environment: [String: String]
  private let blocking: Blocking
  private let onRotation: @Sendable () -> Void
  private let last = Mutex<Known?>(nil)

  /// - Parameters:
  ///   - blocking: Carries out a read on a thread that may block.
  ///   - onRotation: Called when another credential than the last one was read.
  package init(
    _ kind: UpstreamCredential, environment: [String: String], blocking: @escaping Blocking, onRotation: @escaping @Sendable () -> Void
  ) {
    self.kind = kind
    self.environment = environment
    self.blocking = blocking
    self.onRotation = onRotation
  }

  /// Of the file that the credential was read from last.
  package var version: FileVersion? { last.withLock { $0?.version } }

  /// The credential as it is now, if its file has not changed since it was read; `nil` if it must be read.
  package var known: Known? {
    if kind == .none { return Known(version: nil, credential: nil, source: ObjectIdentifier(self)) }
    guard let known = last.withLock({ $0 }), known.version == present else { return nil }
    return known
  }

  private var present: FileVersion? { kind.secret?.path(environment).flatMap { FileVersion(of: $0) } }

  /// The credential as it is now; `nil` if the registry wants none. Its file is looked at each time, since a rotated one must be used at once.
  package func current() async throws(UpstreamFailure) -> ServiceCredential? {
    if let known { return known.credential }
    let version = present
    let credential = try await blocking { [self] () throws(UpstreamFailure) in
      do throws(SecretSource.Fault) { return try make() } catch { throw .credentialUnreadable }
    }
    let isRotation = last.withLock { known in
      defer { known = Known(version: version, credential: credential, source: ObjectIdentifier(self)) }
      return known.map { $0.version != version } ?? false
    }
    if isRotation { onRotation() }
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
