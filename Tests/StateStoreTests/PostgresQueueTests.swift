import Testing

@testable import StateStore

@Suite("What waits for a PostgreSQL server") struct PostgresQueueTests {
  private static let start = ContinuousClock.now

  private static func request(_ number: Int64, isLast: Bool = false) -> PostgresRequest {
    PostgresRequest(run: { _ in {} }, fail: {}, intents: [IntentID(number)], isLast: isLast)
  }

  private static func end(_ number: Int64) -> PendingCompletion { PendingCompletion(intent: IntentID(number), end: .bound, success: nil) }

  /// A line whose first workers are connected.
  private static func line(connected: Int = 1, of workers: Int = 2) -> PostgresQueue {
    var line = PostgresQueue(workers: workers, times: PostgresTimes(), at: start)
    _ = line.ask(request(0), at: start)
    for worker in 0..<connected {
      _ = line.next(for: worker, at: start)
      _ = line.connected(worker, at: start)
    }
    if case .perform(let work) = line.next(for: 0, at: start) { _ = line.finished(work) }
    for worker in 0..<workers { _ = line.next(for: worker, at: start) }
    return line
  }

  @Test("goes on in its order, and an end before whatever was asked after it")
  func order() {
    var line = Self.line(connected: 2)
    #expect(line.ask(Self.request(1), at: Self.start) == [0])
    #expect(line.owe([Self.end(7)]) == [1])
    #expect(line.ask(Self.request(2), at: Self.start) == [])
    let ends = line.next(for: 0, at: Self.start)
    #expect(ends.words == "ends 7")
    #expect(line.next(for: 1, at: Self.start).words == "request 1")
    // The second waits for the end, whoever is free.
    #expect(line.next(for: 1, at: Self.start).words == "rest")
    #expect(line.finished(ends.work) == [1])
    #expect(line.next(for: 1, at: Self.start).words == "request 2")
  }

  @Test("keeps ends that could not be written, and refuses who was to see them, but nobody before")
  func owedEnds() {
    var line = Self.line()
    _ = line.ask(Self.request(1), at: Self.start)
    _ = line.owe([Self.end(7)])
    _ = line.ask(Self.request(2), at: Self.start)
    let ends = line.next(for: 0, at: Self.start)
    #expect(line.failed(ends.work, isWithoutEffect: true, at: Self.start).flatMap(\.intents) == [IntentID(2)])
    _ = line.owe([Self.end(8)])
    // Not at once: it would fail as it did.
    #expect(line.next(for: 0, at: Self.start).words == "request 1")
    #expect(line.next(for: 0, at: Self.start).words == "rest")
    let later = Self.start.advanced(by: .seconds(1))
    #expect(line.tick(at: later).woken == [0])
    #expect(line.next(for: 0, at: later).words == "ends 7 8")
  }

  @Test("is met by one worker only while nobody is connected, later and later, and refused as a whole")
  func connecting() {
    var line = PostgresQueue(workers: 2, times: PostgresTimes(), at: Self.start)
    var now = Self.start
    var pauses: [Duration] = []
    for _ in 0..<7 {
      #expect(line.ask(Self.request(1), at: now) == [0])
      #expect(line.ask(Self.request(2), at: now) == [1])
      guard case .connect(let instant) = line.next(for: 0, at: now) else { return #expect(Bool(false)) }
      #expect(line.next(for: 1, at: now).words == "rest")
      pauses.append(now.duration(to: instant))
      now = instant
      #expect(line.failedToConnect(0, at: now).count == 2)
      #expect(line.next(for: 0, at: now).words == "rest")
    }
    #expect(pauses == [0, 50, 100, 200, 400, 800, 1000].map { .milliseconds($0) })
    _ = line.ask(Self.request(1), at: now)
    _ = line.next(for: 0, at: now)
    #expect(line.connected(0, at: now) == [1])
    #expect(line.next(for: 0, at: now).words == "request 1")
  }

  @Test("is left to those that are connected where the server takes no more")
  func crowdedServer() {
    var line = Self.line()
    _ = line.ask(Self.request(1), at: Self.start)
    _ = line.ask(Self.request(2), at: Self.start)
    #expect(line.next(for: 1, at: Self.start).words == "connect")
    #expect(line.failedToConnect(1, at: Self.start).isEmpty)
    #expect(line.next(for: 1, at: Self.start).words == "rest")
    #expect(line.next(for: 0, at: Self.start).words == "request 1")
    #expect(line.next(for: 0, at: Self.start).words == "request 2")
  }

  @Test("gives up every connection where one has fallen silent, and only that one where it ended", arguments: [false, true])
  func silence(isSilent: Bool) {
    var line = Self.line(connected: 2)
    _ = line.ask(Self.request(1), at: Self.start)
    let work = line.next(for: 0, at: Self.start).work
    line.lost(0, inSilence: isSilent)
    _ = line.failed(work, isWithoutEffect: false, at: Self.start)
    _ = line.ask(Self.request(2), at: Self.start)
    #expect(line.next(for: 1, at: Self.start).words == (isSilent ? "connect" : "request 2"))
  }

  @Test("is refused when it has waited too long")
  func waiting() {
    var line = Self.line()
    _ = line.ask(Self.request(1), at: Self.start)
    _ = line.ask(Self.request(2), at: Self.start.advanced(by: .seconds(1)))
    #expect(line.tick(at: Self.start.advanced(by: .milliseconds(3999))).late.isEmpty)
    #expect(line.tick(at: Self.start.advanced(by: .seconds(4))).late.flatMap(\.intents) == [IntentID(1)])
    #expect(line.next(for: 0, at: Self.start).words == "request 2")
  }

  @Test("leaves nothing open whose outcome is unknown, and voids nothing that surely did not happen", arguments: [false, true])
  func voids(isWithoutEffect: Bool) {
    var line = Self.line()
    _ = line.ask(Self.request(1), at: Self.start)
    #expect(line.failed(line.next(for: 0, at: Self.start).work, isWithoutEffect: isWithoutEffect, at: Self.start).count == 1)
    #expect(line.next(for: 0, at: Self.start).words == "rest")
    #expect(line.tick(at: Self.start).woken == (isWithoutEffect ? [] : [0]))
    let step = line.next(for: 0, at: Self.start)
    #expect(step.words == (isWithoutEffect ? "rest" : "voids 1"))
    guard !isWithoutEffect else { return }
    #expect(line.failed(step.work, isWithoutEffect: true, at: Self.start).isEmpty)
    #expect(line.next(for: 0, at: Self.start).words == "rest")
    #expect(line.tick(at: Self.start).woken == [0])
    #expect(line.next(for: 0, at: Self.start).words == "voids 1")
  }

  @Test("leaves nothing open of a batch whose outcome is unknown")
  func voidsOfBatch() {
    var line = Self.line()
    _ = line.ask(PostgresRequest(run: { _ in {} }, fail: {}, intents: [IntentID(1), IntentID(2)]), at: Self.start)
    #expect(line.failed(line.next(for: 0, at: Self.start).work, isWithoutEffect: false, at: Self.start).count == 1)
    _ = line.tick(at: Self.start)
    #expect(line.next(for: 0, at: Self.start).words == "voids 1 2")
  }

  @Test("ends with what was asked last, once everything else is done and nobody connects any more")
  func last() {
    var line = Self.line(of: 3)
    _ = line.ask(Self.request(1), at: Self.start)
    _ = line.ask(Self.request(2), at: Self.start)
    _ = line.ask(Self.request(9, isLast: true), at: Self.start)
    #expect(line.ask(Self.request(10), at: Self.start) == nil)
    let first = line.next(for: 0, at: Self.start).work
    #expect(line.next(for: 1, at: Self.start).words == "connect")
    _ = line.finished(first)
    let second = line.next(for: 0, at: Self.start)
    #expect(second.words == "request 2")
    _ = line.finished(second.work)
    #expect(line.next(for: 0, at: Self.start).words == "rest")
    _ = line.connected(1, at: Self.start)
    #expect(line.next(for: 1, at: Self.start).words == "request 9")
    _ = line.owe([Self.end(3)])
    #expect(line.next(for: 0, at: Self.start).words == "rest")
  }

  @Test("ends only when what must stay closed was told")
  func lastVoids() {
    var line = Self.line()
    _ = line.ask(Self.request(1), at: Self.start)
    _ = line.failed(line.next(for: 0, at: Self.start).work, isWithoutEffect: false, at: Self.start)
    _ = line.ask(Self.request(9, isLast: true), at: Self.start)
    let voids = line.next(for: 0, at: Self.start)
    #expect(voids.words == "voids 1")
    #expect(line.next(for: 0, at: Self.start).words == "rest")
    _ = line.finished(voids.work)
    #expect(line.next(for: 0, at: Self.start).words == "request 9")
  }
}

extension PostgresQueue.Step {
  fileprivate var words: String {
    switch self {
    case .rest: "rest"
    case .connect: "connect"
    case .perform(.request(let request)): "request \(request.intents.first?.value ?? 0)"
    case .perform(.ends(let ends)): "ends " + ends.map { "\($0.intent.value)" }.joined(separator: " ")
    case .perform(.voids(let intents)): "voids " + intents.map { "\($0.value)" }.joined(separator: " ")
    }
  }

  fileprivate var work: PostgresQueue.Work { if case .perform(let work) = self { work } else { .voids([]) } }
}
