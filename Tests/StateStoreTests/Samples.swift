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

  static func digests(_ text: String) -> ArtifactDigests { ArtifactDigests(sha256: digest(text)) }

  static func token(_ id: ExactString) -> TokenID { TokenID(issuer: "https://issuer.example", value: .jti(id)) }

  static func record(
    _ text: String, expiry: UnixTime = now.advanced(by: 900), publishers: [String] = ["widgets-release"], package: ExactString? = nil
  ) -> UploadTokenRecord {
    let identity = PublisherIdentity(
      issuer: IssuerName("github"), issuerURL: "https://issuer.example", audience: "example_pypi",
      claims: JSONObject([.init("repository", .string("acme/widgets")), .init("repository_id", .string("1234"))]),
      token: token(ExactString("origin of \(text)")), expiry: now.advanced(by: 300))
    return UploadTokenRecord(
      hash: digest(text), identity: identity, publishers: publishers.map { PublisherID($0) }, package: package.map { .init(canonical: $0) },
      expiry: expiry)
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
    _ subject: BindingSubject, _ target: PublishTarget = target(), _ bytes: String = "bytes", kind: ReservationKind = .file,
    until: UnixTime = now.advanced(by: 900), note: String = "note"
  ) -> Binding {
    Binding(subject: subject, upload: upload(target, kind: kind, note: note), digests: digests(bytes), rememberedUntil: until)
  }

  static func claim(
    _ subject: BindingSubject, _ target: PublishTarget = target(), kind: ReservationKind = .file, note: String = "note"
  ) -> StreamClaim {
    StreamClaim(subject: subject, upload: upload(target, kind: kind, note: note), rememberedUntil: now.advanced(by: 900))
  }

  static func upload(
    _ target: PublishTarget = target(), kind: ReservationKind = .file, by use: PublisherUse? = use(), creates: Bool = false,
    alone: Bool = false, note: String = "note"
  ) -> UploadIntent {
    UploadIntent(target: target, kind: kind, use: use, createsPackage: creates, isExclusive: alone, note: Array(note.utf8))
  }

  static func key(
    _ publisher: String = "widgets-release", issuer: ExactString = "https://issuer.example", repository: ExactString = "acme/widgets"
  ) -> PublisherKey {
    PublisherKey(publisher: PublisherID(publisher), issuerURL: issuer, repository: repository)
  }

  static func ids(_ repository: ExactString) -> ImmutableIDs {
    ImmutableIDs([.init("repository_owner_id", "42"), .init("repository_id", repository)])
  }

  static func use(_ key: PublisherKey = key(), learning newPin: ImmutableIDs? = nil, run: ExactString? = nil) -> PublisherUse {
    PublisherUse(key: key, newPin: newPin, run: run)
  }

  static let success = UploadSuccess(time: now, of: nil)
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

extension StateStore {
  /// Exchanges a token once.
  func exchange(_ token: TokenID, rememberedUntil: UnixTime, for record: UploadTokenRecord) async throws(StateRefusal) {
    try await exchange(TokenExchange(token: token, rule: .oncePerToken, rememberedUntil: rememberedUntil, record: record))
  }

  /// Ends an upload that the registry did not take.
  func end(_ intent: IntentID, as end: IntentOutcome) { self.end(intent, as: end, nil) }
}
