import Digests

@testable import StateStore

/// Reservations alone, for tests that wait for each.
extension StateStore {
  func reserve(_ reservation: UploadReservation) async throws(StateRefusal) -> ReservationOutcome {
    try await withCheckedContinuation { (continuation: CheckedContinuation<StoreResult<ReservationOutcome>, Never>) in
      submit(StoreBatch(reservations: [reservation])) { results in
        continuation.resume(returning: results.first ?? .failure(.unavailable))
      }
    }.get()
  }

  func bind(_ binding: Binding) async throws(StateRefusal) -> IntentID { try await intent(of: .bind(binding)) }

  func claim(_ claim: StreamClaim) async throws(StateRefusal) -> StreamClaimOutcome {
    switch try await reserve(.claim(claim)) {
    case .reserved(let intent): .claimed(intent)
    case .alreadyBound(let digest): .alreadyBound(digest)
    }
  }

  func open(_ upload: UploadIntent) async throws(StateRefusal) -> IntentID { try await intent(of: .open(upload)) }

  private func intent(of reservation: UploadReservation) async throws(StateRefusal) -> IntentID {
    guard case .reserved(let intent) = try await reserve(reservation) else { throw .unavailable }
    return intent
  }
}

enum StreamClaimOutcome: Hashable, Sendable {
  case claimed(IntentID)
  case alreadyBound(SHA256Digest)
}
