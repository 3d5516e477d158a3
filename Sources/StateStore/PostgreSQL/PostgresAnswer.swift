import Digests
import PublisherPolicy
import StrictParsers

/// What the server's function says of an upload that is about to begin.
enum PostgresAnswer {
  private enum Code: Int64 {
    case granted = 0, replayed, otherVersion, otherBytes, inFlight, alreadySent, ended, frozen, reserved, packageTaken, alreadyBound
  }

  static func result(_ row: PostgresRow, of intent: IntentID) throws(PostgresFailure) -> StoreResult<ReservationOutcome> {
    switch Code(rawValue: try row.integer(0)) {
    case .granted: return .success(.reserved(intent))
    case .alreadyBound:
      guard let digest = try row.optionalDigest(5) else { throw .unexpectedAnswer }
      return .success(.alreadyBound(digest))
    case .replayed: return .failure(.replayed)
    case .otherVersion: return .failure(.otherVersion)
    case .otherBytes: return .failure(.otherBytes)
    case .inFlight: return .failure(.inFlight)
    case .alreadySent: return .failure(.alreadySent)
    case .ended: return .failure(.ended)
    case .frozen: return .failure(.frozen(try Freeze(kind: row.integer(1), name: row.text(2), why: row.text(3), since: row.integer(4))))
    case .reserved: return .failure(.reserved)
    case .packageTaken: return .failure(.packageTaken(PublisherID(try row.text(2).text)))
    case nil: throw .unexpectedAnswer
    }
  }
}
