/// What is asked of a store at one moment: one transaction where it can be.
package struct StoreBatch: Sendable {
  /// Called once, on any thread, with one result for each reservation, in their order.
  package typealias Completion = @Sendable ([Result<ReservationOutcome, StateRefusal>]) -> Void

  /// Each is judged by what those before it reserved.
  package var reservations: [UploadReservation]
  /// Closed before anything is reserved.
  package var ends: [PendingCompletion]

  package init(reservations: [UploadReservation] = [], ends: [PendingCompletion] = []) {
    self.reservations = reservations
    self.ends = ends
  }

  package var isEmpty: Bool { reservations.isEmpty && ends.isEmpty }

  /// The results where the transaction failed.
  var failures: [Result<ReservationOutcome, StateRefusal>] { Array(repeating: .failure(.unavailable), count: reservations.count) }
}
