package import Digests

/// Batches of one, for callers that may wait.
extension StateStore {
  /// Makes one reservation.
  package func reserve(_ reservation: UploadReservation) async throws(StateRefusal) -> ReservationOutcome {
    try await withCheckedContinuation { (continuation: CheckedContinuation<StoreResult<ReservationOutcome>, Never>) in
      submit(StoreBatch(reservations: [reservation])) { results in
        continuation.resume(returning: results.first ?? .failure(.unavailable))
      }
    }.get()
  }

  package func bind(_ binding: Binding) async throws(StateRefusal) -> IntentID { try await intent(of: .bind(binding)) }

  package func claim(_ claim: StreamClaim) async throws(StateRefusal) -> StreamClaimOutcome {
    switch try await reserve(.claim(claim)) {
    case .reserved(let intent): .claimed(intent)
    case .alreadyBound(let digest): .alreadyBound(digest)
    }
  }

  package func open(_ upload: UploadIntent) async throws(StateRefusal) -> IntentID { try await intent(of: .open(upload)) }

  private func intent(of reservation: UploadReservation) async throws(StateRefusal) -> IntentID {
    guard case .reserved(let intent) = try await reserve(reservation) else { throw .unavailable }
    return intent
  }

  /// Closes an intent; nobody waits for it.
  package func end(_ intent: IntentID, as end: IntentOutcome, _ success: UploadSuccess?) {
    submit(StoreBatch(ends: [PendingCompletion(intent: intent, end: end, success: success)])) { _ in }
  }
}

package enum StreamClaimOutcome: Hashable, Sendable {
  case claimed(IntentID)
  /// The name was sent before with these bytes: the repeat must be spooled and compared first, then bound as a whole.
  case alreadyBound(SHA256Digest)
}
