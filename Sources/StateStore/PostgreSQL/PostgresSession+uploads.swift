import Digests
import PublisherPolicy
import StrictParsers
import TokenVerification

extension PostgresSession {
  /// One transaction of one round trip. Two that lock the same rows in another order are told so by the server, and one of them tries again.
  func reserve(_ reservations: [UploadReservation], as intents: [IntentID]) throws(PostgresFailure) -> [StoreResult<ReservationOutcome>] {
    let all = zip(reservations, intents).map { PostgresReservation($0, as: $1) }
    let rows = try run(PostgresReservation.statement, [instance] + PostgresReservation.columns(all))
    guard rows.count == intents.count else { throw .unexpectedAnswer }
    var results: [StoreResult<ReservationOutcome>] = []
    _ = try rows.map { row throws(PostgresFailure) in results.append(try PostgresAnswer.result(row, of: intents[results.count])) }
    return results
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
      "SELECT imprimatur.end_intents($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)", .integers(ends.map(\.intent.value)),
      .integers(ends.map(\.end.kind)), .optionalBytes(ends.map { $0.end.digests?.sha256.bytes }),
      .optionalBytes(ends.map { $0.end.digests?.md5 }), .optionalBytes(ends.map { $0.end.digests?.sha1 }),
      .optionalBytes(ends.map { $0.end.digests?.sha512 }), .integers(ends.map { $0.success?.time.seconds ?? -1 }),
      column { $1.key.digest.bytes }, column { Array($1.key.publisher.description.utf8) }, column { Array($1.key.issuerURL.utf8) },
      column { Array($1.key.repository.utf8) }, column { $1.newPin?.encoded() }, column { $1.run.map { Array($0.utf8) } },
      column { upload, _ in upload.createsPackage ? Self.packageKey(of: upload.target).bytes : nil })
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

extension IntentOutcome {
  fileprivate var kind: Int64 {
    switch self {
    case .bound: 1
    case .streamed: 2
    case .released: 3
    }
  }

  fileprivate var digests: ArtifactDigests? { if case .streamed(let digests) = self { digests } else { nil } }
}
