package import Digests
package import Observability
package import PublisherPolicy
package import RegistryProtocols
package import Secrets
package import StrictParsers
import TokenVerification

/// One configuration as its files say it, checked: what stands in it can be carried out.
package struct Settings: Sendable {
  package let server: ServerSettings
  package let admin: ListenAddress?
  package let state: StateSettings
  package let log: LogSettings
  package let audit: AuditSettings
  package let issuers: [IssuerSettings]
  package let registries: [RegistrySettings]
  package let publishers: [Publisher]
  /// Of no account to what is served.
  package let tests: [PolicyTest]
  /// Over the bytes of all files of the configuration, in the order in which they were read.
  package let digest: SHA256Digest
  /// Every file whose change is a change of the configuration; the first is the configuration's own.
  package let files: [String]
  /// Where more such files may appear.
  package let includes: [IncludePattern]
  /// Where issuers and registries stand.
  package let places: SettingsPlaces
}

package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
  /// An address without brackets, or a host's name.
  package let host: String
  /// 0: any free one.
  package let port: Int

  package init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A length of time.
package struct Milliseconds: Hashable, Comparable, Sendable {
  package let milliseconds: Int64

  package init(milliseconds: Int64) { self.milliseconds = milliseconds }

  package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }
}

package struct ServerSettings: Sendable {
  package struct Certificate: Hashable, Sendable {
    package let certificate: String
    package let key: String
  }

  package let listen: ListenAddress
  package let tls: Certificate?
  /// What registries say of HTTP/2 that say nothing themselves.
  package let http2: RegistrySettings.Permission
  /// `scheme://host[:port]`.
  package let publicOrigin: ExactString?
  package let trustedProxies: [AddressRange]
  package let limits: Limits
}

/// Sizes in bytes.
package struct Limits: Hashable, Sendable {
  package var upload: Int64 = 2 << 30
  package var spoolMemory = 64 << 10
  /// Of all spooled uploads together.
  package var spoolTotal: Int64 = 8 << 30
  /// Of the uploads of one publisher.
  package var spoolIdentity: Int64 = 2 << 30
  /// Of all uploads whose credential only the registry can verify.
  package var spoolUnverified: Int64 = 256 << 20
  package var spoolDirectory = "/var/tmp"
  /// All buffered bytes of requests that are not in files.
  package var memoryTotal: Int64 = 512 << 20
  /// Processor time of one archive's inspection.
  package var inspectionTimeout = Milliseconds(milliseconds: 30_000)
  package var connections = 10_000
  package var headerBytes = 32 << 10
  package var headerCount = 100
  package var tokenBytes = 16 << 10
  /// For the TLS handshake of a client.
  package var handshakeTimeout = Milliseconds(milliseconds: 10_000)
  package var headTimeout = Milliseconds(milliseconds: 10_000)
  package var bodyTimeout = Milliseconds(milliseconds: 3_600_000)
  /// Bytes a second.
  package var bodyRate: Int64 = 1 << 10
  package var answer = 1 << 20
  /// Bytes a second that a client must take of an answer.
  package var answerRate: Int64 = 1 << 10
  package var connectTimeout = Milliseconds(milliseconds: 10_000)
  package var upstreamTimeout = Milliseconds(milliseconds: 300_000)
  package var drain = Milliseconds(milliseconds: 60_000)

  package init() {}
}

package enum StateSettings: Hashable, Sendable {
  case sqlite(path: String)
  /// Several gateways may share it. The URL holds a password.
  case postgres(url: SecretSource)
  case memory
}

package struct LogSettings: Hashable, Sendable {
  package let format: LogFormat
  /// A level of swift-log, by its name.
  package let level: String
}

package struct AuditSettings: Hashable, Sendable {
  /// Nil: standard output.
  package let file: String?
  package let onFailure: AuditLog.FailurePolicy
}

package struct IssuerSettings: Hashable, Sendable {
  package enum Keys: Hashable, Sendable {
    case discovery
    case url(ExactString)
    case file(String)

    package var file: String? { if case .file(let path) = self { path } else { nil } }
  }

  package let name: IssuerName
  /// A provider's name of the catalogue.
  package let provider: String
  /// Of a generic issuer: the claims that together say whose a token is.
  package let identity: [ExactString]
  /// Exactly the token's `iss`.
  package let url: ExactString
  package let keys: Keys
  package let caFile: String?
  /// Names of RFC 7518, section 3.1.
  package let algorithms: [ExactString]
  package let maxLifetime: Milliseconds
  package let allowPrivateNetwork: Bool
  package let allowHTTP: Bool
}

package struct RegistrySettings: Hashable, Sendable {
  package enum Permission: String, CaseIterable, Sendable { case allow, refuse }
  package enum Passing: String, CaseIterable, Sendable { case pass, refuse }
  package enum Overwriting: String, CaseIterable, Sendable { case registry, refuse }
  package enum Mode: String, CaseIterable, Sendable { case enforce, report }
  package enum Digest: String, CaseIterable, Sendable { case sha256, none }

  package let name: RegistryName
  package let configured: ConfiguredProtocol
  /// In lower case; `nil` if it is the only registry, of any host.
  package let host: ExactString?
  package let path: PathPrefix
  package let audience: ExactString
  package let upstream: UpstreamSettings
  package let digest: Digest
  package let direct: Permission
  package let uploadTokenLifetime: Milliseconds
  package let reads: Passing
  /// Whether its clients may speak HTTP/2.
  package let http2: Permission
  package let overwrite: Overwriting
  package let legacyCredentials: Passing
  package let mode: Mode

  package var ecosystem: Ecosystem { configured.ecosystem }
  package var `protocol`: any RegistryProtocol { configured.protocol }
}

/// Where a registry lies below its host.
package struct PathPrefix: Hashable, Sendable {
  /// As it is written, without a trailing slash: empty for `/`.
  package let raw: String
  package let segments: [ExactString]
}

package struct UpstreamSettings: Hashable, Sendable {
  package let isTLS: Bool
  /// The path of a socket of this machine that the registry listens on, instead of at the host and port.
  package let socket: String?
  /// Without brackets.
  package let host: String
  package let port: Int
  /// The value of `Host`.
  package let authority: String
  /// Without a trailing slash: empty for `/`.
  package private(set) var basePath: String
  package let credential: UpstreamCredential
  package let caFile: String?
  package let clientCertificate: ClientCertificate?
  package let keepAlive: Bool

  /// Without a slash at its end; `nil` if the registry listens on a socket.
  package var url: String? { socket == nil ? "\(isTLS ? "https" : "http")://\(authority)\(basePath)" : nil }

  /// The same registry, below another path.
  package func at(_ basePath: String) -> Self {
    var moved = self
    moved.basePath = basePath
    return moved
  }

  package struct ClientCertificate: Hashable, Sendable {
    package let certificate: String
    package let key: SecretSource
  }
}
