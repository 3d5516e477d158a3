import NIOCore

/// The deadline of something that is awaited often and is late seldom.
///
/// A later deadline costs nothing: the alarm that was set for an earlier one is set anew when it goes off too early.
struct DeadlineTimer {
  private var alarm: Scheduled<Void>?
  private var alarmTime = NIODeadline.distantFuture
  /// `nil` while nothing is awaited.
  private var deadline: NIODeadline?

  /// From now on something is awaited until `deadline`; `ring` must call `isLate`.
  mutating func start(until deadline: NIODeadline, on eventLoop: any EventLoop, fire: @escaping @Sendable () -> Void) {
    self.deadline = deadline
    guard deadline < alarmTime else { return }
    setAlarm(at: deadline, on: eventLoop, fire: fire)
  }

  /// It came in time.
  mutating func stop() { deadline = nil }

  /// Whether what is awaited is late, now that the alarm went off; otherwise the alarm is set anew, if anything is awaited.
  mutating func isLate(on eventLoop: any EventLoop, fire: @escaping @Sendable () -> Void) -> Bool {
    alarm = nil
    alarmTime = .distantFuture
    guard let deadline else { return false }
    if deadline <= .now() { return true }
    setAlarm(at: deadline, on: eventLoop, fire: fire)
    return false
  }

  /// Nothing will be awaited any more.
  mutating func cancel() {
    alarm?.cancel()
    self = DeadlineTimer()
  }

  private mutating func setAlarm(at time: NIODeadline, on eventLoop: any EventLoop, fire: @escaping @Sendable () -> Void) {
    alarm?.cancel()
    alarm = eventLoop.scheduleTask(deadline: time, fire)
    alarmTime = time
  }
}
