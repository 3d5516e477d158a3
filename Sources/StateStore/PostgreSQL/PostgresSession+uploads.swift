import Digests
import PublisherPolicy
import StrictParsers
import TokenVerification

extension PostgresSession {
  func bind(_ binding: Binding, as intent: IntentID) throws(PostgresFailure) -> StoreResult<IntentID> {
    let credential = PostgresCredential(binding.subject, until: binding.rememberedUntil, content: .digest(binding.digest))
    return try begin(binding.upload, as: intent, credential).verdict.map { _ in intent }
  }

  func claim(_ claim: StreamClaim, as intent: IntentID) throws(PostgresFailure) -> StoreResult<StreamClaimOutcome> {
    let credential = PostgresCredential(claim.subject, until: claim.rememberedUntil, content: .stream)
    let answer = try begin(claim.upload, as: intent, credential)
    return answer.verdict.map { _ in answer.digest.map { .alreadyBound($0) } ?? .claimed(intent) }
  }

  func open(_ upload: UploadIntent, as intent: IntentID) throws(PostgresFailure) -> StoreResult<IntentID> {
    try begin(upload, as: intent, nil).verdict.map { _ in intent }
  }

  private func begin(
    _ upload: UploadIntent, as intent: IntentID, _ credential: PostgresCredential?
  ) throws(PostgresFailure) -> PostgresAnswer {
    let target = upload.target
    let registry = ExactString(target.registry.description)
    let use = upload.use
    return try run(
      """
      SELECT verdict, kind, name, why, since, digest FROM imprimatur.begin_upload(
        $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
      """,
      .integer(intent.value), instance, .bytes(upload.note), .text(registry),
      .digest(Self.packageKey(of: target)),
      .digest(TextKey.digest(of: registry, target.package.canonical, target.file)),
      .optionalDigest(use.map { Self.key(of: $0.key) }),
      .optionalText(use.map { ExactString($0.key.publisher.description) }), .optionalText(use?.key.issuerURL),
      .optionalText(use?.key.repository), .optionalDigest(use.map { TextKey.digest(of: $0.key.issuerURL, $0.key.repository) }),
      use?.newPin.map { .bytes($0.encoded()) } ?? .null, .optionalText(use?.run),
      .flag(upload.createsPackage), .flag(upload.isExclusive), .optionalDigest(credential?.key),
      .flag(credential?.isUploadToken ?? false), credential.map { .integer($0.until.seconds) } ?? .null,
      .optionalText(target.version?.canonical), .flag(credential?.content == .stream), .optionalDigest(credential?.content.digest)
    ).one { row throws(PostgresFailure) in try PostgresAnswer(row) }
  }

  // MARK: - Ends

  func end(_ ends: [PendingCompletion]) throws(PostgresFailure) {
    func column(_ value: (UploadIntent, PublisherUse) -> [UInt8]?) -> PostgresValue {
      .optionalBytes(
        ends.map { end in
          guard let upload = end.success?.upload, let use = upload.use else { return nil }
          return value(upload, use)
        })
    }
    _ = try run(
      "SELECT imprimatur.end_intents($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)", .integers(ends.map(\.intent.value)),
      .integers(ends.map(\.end.kind)), .optionalBytes(ends.map { $0.end.digest?.bytes }),
      .integers(ends.map { $0.success?.time.seconds ?? -1 }),
      column { Self.key(of: $1.key).bytes }, column { Array($1.key.publisher.description.utf8) }, column { Array($1.key.issuerURL.utf8) },
      column { Array($1.key.repository.utf8) }, column { $1.newPin?.encoded() }, column { $1.run.map { Array($0.utf8) } },
      column { upload, _ in upload.createsPackage ? Self.packageKey(of: upload.target).bytes : nil })
  }

  private static func key(of publisher: PublisherKey) -> SHA256Digest {
    TextKey.digest(of: ExactString(publisher.publisher.description), publisher.issuerURL, publisher.repository)
  }

  private static func packageKey(of target: PublishTarget) -> SHA256Digest {
    TextKey.digest(of: ExactString(target.registry.description), target.package.canonical)
  }

  /// Makes sure that intents are closed of which nobody knows whether they were opened.
  func void(_ intents: [IntentID]) throws(PostgresFailure) {
    _ = try run("SELECT imprimatur.void_intents($1, $2)", instance, .integers(intents.map(\.value)))
  }

  func interruptedIntents() throws(PostgresFailure) -> [InterruptedIntent] {
    try run("SELECT id, note FROM imprimatur.interrupted_intents($1, $2)", instance, patience).map { row throws(PostgresFailure) in
      InterruptedIntent(id: IntentID(try row.integer(0)), note: try row.bytes(1))
    }
  }
}

/// The credential that an upload binds, and what of the file is known.
private struct PostgresCredential {
  enum Content: Equatable {
    case stream
    case digest(SHA256Digest)

    var digest: SHA256Digest? { if case .digest(let digest) = self { digest } else { nil } }
  }

  let key: SHA256Digest
  let isUploadToken: Bool
  let until: UnixTime
  let content: Content

  init(_ subject: BindingSubject, until: UnixTime, content: Content) {
    switch subject {
    case .direct(let token): (key, isUploadToken) = (token.key, false)
    case .uploadToken(let hash): (key, isUploadToken) = (hash, true)
    }
    self.until = until
    self.content = content
  }
}

/// What the server's function says of an upload that is about to begin.
private struct PostgresAnswer {
  private enum Code: Int64 {
    case granted = 0, replayed, otherVersion, otherBytes, inFlight, alreadySent, ended, frozen, reserved, packageTaken, alreadyBound
  }

  let verdict: StoreResult<Void>
  /// Of the file that the name stands for already.
  let digest: SHA256Digest?

  init(_ row: PostgresRow) throws(PostgresFailure) {
    var digest: SHA256Digest?
    switch Code(rawValue: try row.integer(0)) {
    case .granted: verdict = .success(())
    case .alreadyBound:
      digest = try row.optionalDigest(5)
      guard digest != nil else { throw .unexpectedAnswer }
      verdict = .success(())
    case .replayed: verdict = .failure(.replayed)
    case .otherVersion: verdict = .failure(.otherVersion)
    case .otherBytes: verdict = .failure(.otherBytes)
    case .inFlight: verdict = .failure(.inFlight)
    case .alreadySent: verdict = .failure(.alreadySent)
    case .ended: verdict = .failure(.ended)
    case .frozen:
      verdict = .failure(.frozen(try Freeze(kind: row.integer(1), name: row.text(2), why: row.text(3), since: row.integer(4))))
    case .reserved: verdict = .failure(.reserved)
    case .packageTaken: verdict = .failure(.packageTaken(PublisherID(try row.text(2).text)))
    case nil: throw .unexpectedAnswer
    }
    self.digest = digest
  }
}

extension IntentOutcome {
  fileprivate var kind: Int64 {
    switch self {
    case .bound: 1
    case .streamed: 2
    case .released: 3
    }
  }

  fileprivate var digest: SHA256Digest? { if case .streamed(let digest) = self { digest } else { nil } }
}
