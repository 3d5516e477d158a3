import NIOCore
import StateStore

/// Hands the reservations of an event loop to the store.
///
/// One batch is under way at a time; what comes meanwhile is the next one.
final class StoreBatcher {
  private let store: any StateStore
  private let eventLoop: any EventLoop
  private var reservations: [UploadReservation] = []
  private var completions: [(Result<ReservationOutcome, StateRefusal>) -> Void] = []
  private var isUnderWay = false
  private var isPlanned = false
  private var idleWaiters: [() -> Void] = []

  init(_ store: any StateStore, _ eventLoop: any EventLoop) {
    self.store = store
    self.eventLoop = eventLoop
  }

  /// `completion` is called on the event loop, once the reservation is durable or refused.
  func reserve(_ reservation: UploadReservation, then completion: @escaping (Result<ReservationOutcome, StateRefusal>) -> Void) {
    reservations.append(reservation)
    completions.append(completion)
    plan()
  }

  /// Calls `action` on the event loop once all that was given before is done.
  func whenIdle(_ action: @escaping () -> Void) {
    guard isPlanned || isUnderWay else { return action() }
    idleWaiters.append(action)
  }

  /// What else this turn of the loop brings goes along.
  private func plan() {
    guard !isPlanned, !isUnderWay else { return }
    isPlanned = true
    let me = NIOLoopBound(self, eventLoop: eventLoop)
    eventLoop.execute { me.value.submit() }
  }

  private func submit() {
    isPlanned = false
    isUnderWay = true
    let batch = StoreBatch(reservations: reservations)
    let waiting = NIOLoopBound((self, completions), eventLoop: eventLoop)
    (reservations, completions) = ([], [])
    store.submit(batch) { [eventLoop] results in
      eventLoop.execute {
        let (batcher, completions) = waiting.value
        batcher.finish(completions, results)
      }
    }
  }

  private func finish(
    _ completions: [(Result<ReservationOutcome, StateRefusal>) -> Void], _ results: [Result<ReservationOutcome, StateRefusal>]
  ) {
    isUnderWay = false
    for (completion, result) in zip(completions, results) { completion(result) }
    if !reservations.isEmpty { return plan() }
    let waiters = idleWaiters
    idleWaiters = []
    for waiter in waiters { waiter() }
  }
}
