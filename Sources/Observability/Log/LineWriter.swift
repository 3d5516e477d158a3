import Dispatch
import Synchronization

/// Writes lines in the order in which they come, whole lines by one write(2), on a thread of its own.
///
/// A line that can't be written is kept and written first once it is possible again; only what nobody must have is dropped meanwhile. The last room
/// of a disk is kept for essential lines: records that anybody can cause wait until there is more.
package final class LineWriter: Sendable {
  package enum Importance: Sendable {
    /// Dropped where it can't be written.
    case log
    /// Kept, within a bound of its own that a flood of it can't pass.
    case record
    /// Kept, within a larger bound: something happened in the world of which only this line tells.
    case essential

    fileprivate var largestBacklog: Int {
      switch self {
      case .log: 1 << 20
      case .record: 8 << 20
      case .essential: 64 << 20
      }
    }
  }

  package enum Condition: Hashable, Sendable {
    case writable
    /// With `errno`.
    case unwritable(Int32)
  }

  private struct Line {
    let bytes: [UInt8]
    let importance: Importance
    /// Called once: true when it is written, false when it could not be, at first.
    var written: (@Sendable (Bool) -> Void)?
    /// Called once it is written after `written` was told that it could not be.
    let late: (@Sendable () -> Void)?

    /// The same for later: nobody waits for it any more.
    var unanswered: Line { Line(bytes: bytes, importance: importance, late: late) }
  }

  /// One of several lines that are handed over together.
  package struct Entry: Sendable {
    let bytes: [UInt8]
    let importance: Importance
    /// Called once it is written after the completion was told that it could not be.
    let late: (@Sendable () -> Void)?
  }

  private struct State {
    /// A line of which the destination has the beginning: before its rest is written, nothing else is.
    var torn: Line?
    var waiting: [Line] = []
    /// Records that wait for a disk with more room.
    var held: [Line] = []
    /// Of the lines that wait, of those that are held and of those that are being written.
    var backlog = 0
    var isServed = false
    var isRetryPlanned = false
    var condition = Condition.writable
    var isEnding = false
    var dropped = 0
  }

  private static let retryInterval = DispatchTimeInterval.seconds(1)

  package let destination: LineDestination
  private let queue = DispatchQueue(label: "lines")
  private let output: Mutex<LineOutput>
  private let state = Mutex(State())
  private let report: @Sendable (Condition) -> Void

  /// Opens the destination at once, so that `condition` is known.
  ///
  /// - Parameter report: Called when lines can't be written any more, and when they can again.
  package init(_ destination: LineDestination, report: @escaping @Sendable (Condition) -> Void = { _ in }) {
    self.destination = destination
    output = Mutex(LineOutput(destination))
    self.report = report
    if let failure = output.withLock({ $0.open() }) { state.withLock { $0.condition = .unwritable(failure) } }
  }

  package var condition: Condition { state.withLock { $0.condition } }

  /// How many lines were dropped because they could not be written.
  package var dropped: Int { state.withLock { $0.dropped } }

  /// Returns at once. What is to be called is called from the writer's thread: `written`, which is told whether the line could be written at first, and
  /// `late` if it is only written after that.
  package func write(
    _ bytes: [UInt8], _ importance: Importance, written: (@Sendable (Bool) -> Void)? = nil, late: (@Sendable () -> Void)? = nil
  ) {
    if !take([Line(bytes: bytes, importance: importance, written: written, late: late)]).isEmpty { written?(false) }
  }

  /// Writes several lines in their order. `completion` is called once, on any thread, with whether each could be written at first.
  package func write(_ entries: [Entry], completion: @escaping @Sendable ([Bool]) -> Void) {
    let answers = Mutex((written: [Bool](repeating: false, count: entries.count), missing: entries.count))
    let answer: @Sendable (Int, Bool) -> Void = { index, isWritten in
      let all = answers.withLock { answers in
        answers.written[index] = isWritten
        answers.missing -= 1
        return answers.missing == 0 ? answers.written : nil
      }
      if let all { completion(all) }
    }
    let lines = entries.enumerated().map { index, entry in
      Line(bytes: entry.bytes, importance: entry.importance, written: { answer(index, $0) }, late: entry.late)
    }
    for line in take(lines) { line.written?(false) }
  }

  /// Puts lines behind those that wait. Returns those for which there is no room.
  private func take(_ lines: [Line]) -> [Line] {
    let (refused, mustServe) = state.withLock { state in
      var refused: [Line] = []
      for line in lines {
        guard state.backlog + line.bytes.count <= line.importance.largestBacklog else {
          state.dropped += 1
          refused.append(line)
          continue
        }
        state.backlog += line.bytes.count
        state.waiting.append(line)
      }
      guard refused.count < lines.count, !state.isServed else { return (refused, false) }
      state.isServed = true
      return (refused, true)
    }
    if mustServe { queue.async { self.serve() } }
    return refused
  }

  /// Opens the file anew, after it was renamed, say.
  package func reopen() {
    queue.async {
      self.output.withLock { $0.reopen() }
      self.serve()
    }
  }

  /// Whether lines can be written again, if that can be found out within the time; the event loop may wait so long.
  package func recovers(within milliseconds: Int) -> Bool {
    guard condition != .writable else { return true }
    let done = DispatchSemaphore(value: 0)
    queue.async {
      self.serve()
      done.signal()
    }
    guard done.wait(timeout: .now() + .milliseconds(milliseconds)) == .success else { return false }
    return condition == .writable
  }

  /// Returns when all lines that came before are written, or can't be.
  package func flush() async {
    await withCheckedContinuation { continuation in
      queue.async {
        self.serve()
        continuation.resume()
      }
    }
  }

  /// The same at the end of the process: what is held is written as well.
  package func finish() async {
    state.withLock { $0.isEnding = true }
    await flush()
  }

  // MARK: - On the writer's thread

  /// Writes all that waits, or finds out that it can't.
  private func serve() {
    if let failure = output.withLock({ $0.open() }) { return fail(with: failure, keeping: []) }
    if let torn = state.withLock({ $0.torn }) {
      if let failure = output.withLock({ $0.write(torn.bytes) }) { return fail(with: failure, keeping: []) }
      state.withLock { $0.torn = nil }
      finish(torn)
    }
    while true {
      let lines = take()
      guard !lines.isEmpty else { break }
      var rest = lines[...]
      while let line = rest.first {
        guard mayWrite(line) else {
          hold(rest.removeFirst())
          continue
        }
        let (group, whole, failure) = output.withLock { output in
          let group = Self.group(of: rest, upTo: output.largestWrite)
          let (whole, failure) = output.write(group.map(\.bytes)[...])
          return (group, whole, failure)
        }
        for line in group.prefix(whole) { finish(line) }
        rest = rest.dropFirst(whole)
        if let failure { return fail(with: failure, keeping: rest) }
      }
    }
    enter(.writable)
    if state.withLock({ !$0.held.isEmpty }) { planRetry() }
  }

  /// The lines to write next: first those that were held, if there is room for the first of them.
  private func take() -> [Line] {
    let mayWriteHeld = state.withLock { $0.held.first }.map { mayWrite($0) } ?? false
    return state.withLock { state in
      var lines = state.waiting
      state.waiting = []
      if mayWriteHeld {
        lines = state.held + lines
        state.held = []
      }
      state.isServed = !lines.isEmpty
      return lines
    }
  }

  /// The lines at the beginning that are written together, at least one. For a record the disk was looked at, which allows no other.
  private static func group(of lines: ArraySlice<Line>, upTo largestWrite: Int) -> ArraySlice<Line> {
    var size = 0
    let group = lines.prefix { line in
      size += line.bytes.count
      return size <= largestWrite && line.importance != .record
    }
    return group.isEmpty ? lines.prefix(1) : group
  }

  /// Whether the disk has room for it. The last room is for essential lines.
  private func mayWrite(_ line: Line) -> Bool {
    switch line.importance {
    case .log, .essential: true
    case .record: state.withLock { $0.isEnding } || output.withLock { $0.hasRoom(for: line.bytes.count) }
    }
  }

  private func hold(_ line: Line) {
    state.withLock { $0.held.append(line.unanswered) }
    line.written?(false)
  }

  private func finish(_ line: Line) {
    state.withLock { $0.backlog -= line.bytes.count }
    if let written = line.written { written(true) } else { line.late?() }
  }

  private func fail(with failure: Int32, keeping unwritten: ArraySlice<Line>) {
    let isTorn = output.withLock { $0.isTorn }
    let answers = state.withLock { state in
      var all = unwritten + state.waiting
      let answers = all.compactMap(\.written)
      if isTorn, state.torn == nil { state.torn = all.popFirst()?.unanswered }
      let dropped = all.filter { $0.importance == .log }
      state.dropped += dropped.count
      state.backlog -= dropped.reduce(0) { $0 + $1.bytes.count }
      state.waiting = all.filter { $0.importance != .log }.map(\.unanswered)
      state.isServed = false
      return answers
    }
    enter(.unwritable(failure))
    for answer in answers { answer(false) }
    planRetry()
  }

  private func planRetry() {
    let mustPlan = state.withLock { state in
      defer { state.isRetryPlanned = true }
      return !state.isRetryPlanned
    }
    guard mustPlan else { return }
    queue.asyncAfter(deadline: .now() + Self.retryInterval) { [weak self] in
      guard let self else { return }
      state.withLock { $0.isRetryPlanned = false }
      serve()
    }
  }

  private func enter(_ condition: Condition) {
    let hasChanged = state.withLock { state in
      defer { state.condition = condition }
      return state.condition != condition
    }
    if hasChanged { report(condition) }
  }
}
