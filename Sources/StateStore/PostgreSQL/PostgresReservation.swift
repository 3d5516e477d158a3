import Digests
import PublisherPolicy
import StrictParsers
import TokenVerification

/// One reservation as the arguments of the server's function.
struct PostgresReservation {
  let intent: IntentID
  let upload: UploadIntent
  /// The credential that it binds; `nil` if that is not ours.
  private let credential: (key: SHA256Digest, isUploadToken: Bool, until: Int64)?
  /// `nil` if the bytes are still to come, or nothing is bound.
  private let digests: ArtifactDigests?
  private let isStreamed: Bool

  init(_ reservation: UploadReservation, as intent: IntentID) {
    self.intent = intent
    switch reservation {
    case .bind(let binding):
      upload = binding.upload
      credential = Self.credential(binding.subject, until: binding.rememberedUntil.seconds)
      (digests, isStreamed) = (binding.digests, false)
    case .claim(let claim):
      upload = claim.upload
      credential = Self.credential(claim.subject, until: claim.rememberedUntil.seconds)
      (digests, isStreamed) = (nil, true)
    case .open(let upload):
      self.upload = upload
      (credential, digests, isStreamed) = (nil, nil, false)
    }
  }

  private static func credential(_ subject: BindingSubject, until: Int64) -> (key: SHA256Digest, isUploadToken: Bool, until: Int64) {
    switch subject {
    case .direct(let token): (token.key, false, until)
    case .uploadToken(let hash): (hash, true, until)
    }
  }

  private var registry: ExactString { ExactString(upload.target.registry.description) }

  /// `begin_upload` of each of them, in their order, by one statement.
  static let statement = """
    SELECT begun.verdict, begun.kind, begun.name, begun.why, begun.since, begun.digest
      FROM unnest(
        $2::bigint[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[], $8::bytea[], $9::bytea[], $10::bytea[], $11::bytea[],
        $12::bytea[], $13::bytea[], $14::bigint[], $15::bigint[], $16::bytea[], $17::bigint[], $18::bigint[], $19::bytea[], $20::bigint[],
        $21::bytea[], $22::bytea[], $23::bytea[], $24::bytea[], $25::bigint[], $26::bytea[]
      ) WITH ORDINALITY AS r (
        intent, note, registry, package_key, file_key, publisher_key, publisher, issuer, repository, repository_key, ids, run, creates, alone,
        credential, is_upload_token, until, version, is_streamed, digest, md5, sha1, sha512, file_kind, file, place
      ), LATERAL imprimatur.begin_upload(
        r.intent, $1, r.note, r.registry, r.package_key, r.file_key, r.publisher_key, r.publisher, r.issuer, r.repository, r.repository_key,
        r.ids, r.run, r.creates = 1, r.alone = 1, r.credential, r.is_upload_token = 1, r.until, r.version, r.is_streamed = 1, r.digest, r.md5, r.sha1,
        r.sha512, r.file_kind, r.file
      ) AS begun ORDER BY r.place
    """

  /// The statement's parameters but the first.
  static func columns(_ all: [PostgresReservation]) -> [PostgresValue] {
    func bytes(_ value: (PostgresReservation) -> [UInt8]?) -> PostgresValue { .optionalBytes(all.map(value)) }
    func integers(_ value: (PostgresReservation) -> Int64) -> PostgresValue { .integers(all.map(value)) }
    func used(_ value: (PublisherUse) -> [UInt8]?) -> PostgresValue { bytes { $0.upload.use.flatMap(value) } }
    return [
      integers { $0.intent.value },
      bytes { $0.upload.note },
      bytes { Array($0.registry.utf8) },
      bytes { TextKey.digest(of: $0.registry, $0.upload.target.package.canonical).bytes },
      bytes { TextKey.digest(of: $0.registry, $0.upload.target.package.canonical, $0.upload.target.file).bytes },
      used { $0.key.digest.bytes },
      used { Array($0.key.publisher.description.utf8) },
      used { Array($0.key.issuerURL.utf8) },
      used { Array($0.key.repository.utf8) },
      used { TextKey.digest(of: $0.key.issuerURL, $0.key.repository).bytes },
      used { $0.newPin?.encoded() },
      used { $0.run.map { Array($0.utf8) } },
      integers { $0.upload.createsPackage ? 1 : 0 },
      integers { $0.upload.isExclusive ? 1 : 0 },
      bytes { $0.credential?.key.bytes },
      integers { $0.credential?.isUploadToken ?? false ? 1 : 0 },
      integers { $0.credential?.until ?? 0 },
      bytes { $0.upload.target.version.map { Array($0.canonical.utf8) } },
      integers { $0.isStreamed ? 1 : 0 },
      bytes { $0.digests?.sha256.bytes },
      bytes { $0.digests?.md5 },
      bytes { $0.digests?.sha1 },
      bytes { $0.digests?.sha512 },
      integers { $0.upload.kind.number },
      bytes { Array($0.upload.target.file.utf8) },
    ]
  }
}

extension ReservationKind {
  fileprivate var number: Int64 {
    switch self {
    case .file: 1
    case .mutable: 2
    case .part: 3
    }
  }
}

extension PublisherKey {
  /// What a publisher's row is found by.
  var digest: SHA256Digest { TextKey.digest(of: ExactString(publisher.description), issuerURL, repository) }
}
