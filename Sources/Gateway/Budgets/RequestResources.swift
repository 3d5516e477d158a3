/// What one request holds of the gateway's budgets, from its head to the end of its answer.
final class RequestResources: Sendable {
  /// Buffered bytes that are not in files.
  let memory: Reservation
  private let place: Reservation

  /// Takes a place for a request whose credential is still to be verified.
  init(_ budgets: Budgets, headBytes: Int) throws(SharedBudget.Shortage) {
    place = budgets.places.reservation(for: .unverified)
    memory = budgets.memory.reservation(for: .unverified)
    try place.grow(by: 1)
    try memory.grow(by: headBytes)
  }

  /// Counts the request on another account from now on.
  func move(to share: SharedBudget.Share) throws(SharedBudget.Shortage) {
    try place.move(to: share)
    try memory.move(to: share)
  }

  /// What ends the request if another one needs its room; `nil` once it must not be ended any more.
  func onGiveWay(_ action: (@Sendable () -> Void)?) {
    place.onGiveWay(action)
    memory.onGiveWay(action)
  }
}
