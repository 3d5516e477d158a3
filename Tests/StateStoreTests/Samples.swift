import Digests
import StrictParsers
import TokenVerification

@testable import PublisherPolicy
@testable import StateStore

/// Values that the suites make their requests of.
enum Sample {
  static let now = time(1_800_000_000)

  static func time(_ seconds: Int64) -> UnixTime {
    guard let time = UnixTime(seconds) else { preconditionFailure("\(seconds) is not within the bounds") }
    return time
  }

  static func digest(_ text: String) -> SHA256Digest { SHA256.digest(of: text.utf8) }

  static func token(_ id: ExactString) -> TokenID { TokenID(issuer: "https://issuer.example", value: .jti(id)) }

  static func record(_ text: String, expiry: UnixTime = now.advanced(by: 900)) -> UploadTokenRecord {
    let identity = PublisherIdentity(
      issuer: IssuerName("github"), issuerURL: "https://issuer.example", audience: "example_pypi",
      claims: JSONObject([.init("repository", .string("acme/widgets")), .init("repository_id", .string("1234"))]),
      token: token(ExactString("origin of \(text)")), expiry: now.advanced(by: 300))
    return UploadTokenRecord(hash: digest(text), identity: identity, expiry: expiry)
  }

  static func target(
    _ file: ExactString = "acme_widgets-1.0.tar.gz", of version: ExactString? = "1.0", package: ExactString = "acme-widgets",
    registry: String = "python"
  ) -> PublishTarget {
    PublishTarget(
      registry: RegistryName(registry), package: .init(canonical: package),
      version: version.map { .init(written: $0, canonical: $0) }, file: file)
  }

  static func binding(
    _ subject: BindingSubject, _ target: PublishTarget = target(), _ bytes: String = "bytes", until: UnixTime = now.advanced(by: 900),
    note: String = "note"
  ) -> Binding {
    Binding(subject: subject, target: target, digest: digest(bytes), rememberedUntil: until, note: Array(note.utf8))
  }

  static func claim(_ subject: BindingSubject, _ target: PublishTarget = target(), note: String = "note") -> StreamClaim {
    StreamClaim(subject: subject, target: target, rememberedUntil: now.advanced(by: 900), note: Array(note.utf8))
  }
}

extension ExactString {
  init(_ number: Int) { self.init(String(number)) }
}

/// What an operation threw, or nil.
func refusal(_ operation: () async throws(StateRefusal) -> Void) async -> StateRefusal? {
  do throws(StateRefusal) {
    try await operation()
    return nil
  } catch { return error }
}
