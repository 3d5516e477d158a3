/// What waits for a connection, what is owed to the database, and which workers are connected: says who does what next, and does nothing itself.
///
/// An end that was asked for earlier is written before a request that was asked for later, so that whoever asks after an end sees it. Where no
/// worker is connected only one of them tries to, so that a server that comes back is not met by all at once.
struct PostgresQueue {
  typealias Instant = ContinuousClock.Instant

  enum Step {
    /// There is nothing to do for this worker until a new request wakes it.
    case rest
    /// Not before this time.
    case connect(Instant)
    case perform(Work)
  }

  enum Work {
    case request(PostgresRequest)
    case ends([PendingCompletion])
    case voids([IntentID])
  }

  private struct Waiting {
    let request: PostgresRequest
    let since: Instant
    /// How many ends were asked for before it.
    let endsBefore: Int
  }

  private struct Worker {
    var isAwake = false
    /// The era in which it connected; `nil` if it is not connected.
    var era: Int?
    /// Others are connected, but the server would not have this one, too.
    var restsUntil: Instant?
  }

  /// Bounds one statement.
  private static let largestBatch = 256

  private let times: PostgresTimes
  private var workers: [Worker]
  private var waiting: [Waiting] = []
  private var underWay = 0
  private(set) var isClosed = false
  /// A new one begins where a server has fallen silent: what else is connected to it will hardly be answered either.
  private var era = 0
  /// Who tries to connect while nobody is connected.
  private var connecting: Int?
  private var attempts = 0
  private var pause: Duration
  private var nextAttempt: Instant

  private var owed: [PendingCompletion] = []
  private var endsAsked = 0
  private var endsWritten = 0
  private var isWritingEnds = false
  private var endsRestUntil: Instant
  private var voids: [IntentID] = []
  private var areVoidsDue = false

  init(workers: Int, times: PostgresTimes, at now: Instant) {
    self.times = times
    self.workers = Array(repeating: Worker(), count: workers)
    pause = times.firstPause
    nextAttempt = now
    endsRestUntil = now
  }

  /// Nothing waits and nothing is under way.
  var isEmpty: Bool { waiting.isEmpty && underWay == 0 }

  // MARK: - What is asked

  /// Workers to wake; `nil` if nothing is taken any more.
  mutating func ask(_ request: PostgresRequest, at now: Instant) -> [Int]? {
    guard !isClosed else { return nil }
    if request.isLast {
      isClosed = true
      areVoidsDue = !voids.isEmpty
    }
    waiting.append(Waiting(request: request, since: now, endsBefore: endsAsked))
    return wake(1)
  }

  /// Workers to wake.
  mutating func owe(_ ends: [PendingCompletion]) -> [Int] {
    owed += ends
    endsAsked += ends.count
    return wake(1)
  }

  /// What must be done now and then: gives the requests that have waited too long and must be refused, and workers to wake.
  mutating func tick(at now: Instant) -> (late: [PostgresRequest], woken: [Int]) {
    let late = waiting.prefix { $0.since.advanced(by: times.waiting) <= now }
    waiting.removeFirst(late.count)
    areVoidsDue = !voids.isEmpty
    return (late.map(\.request), wake(owed.isEmpty && !areVoidsDue ? waiting.count : 1))
  }

  /// Those that are connected first.
  private mutating func wake(_ count: Int) -> [Int] {
    let asleep = workers.indices.filter { !workers[$0].isAwake }
    let woken = (asleep.filter { workers[$0].era == era } + asleep.filter { workers[$0].era != era }).prefix(count)
    for worker in woken { workers[worker].isAwake = true }
    return Array(woken)
  }

  // MARK: - What a worker does

  mutating func next(for worker: Int, at now: Instant) -> Step {
    // Once it is closed, nobody waits for a server that could be written what is owed to it.
    guard hasWork(at: now), !isClosed || !waiting.isEmpty else { return rest(worker) }
    if workers[worker].era == era { return take(at: now).map { .perform($0) } ?? rest(worker) }
    if isConnected {
      if let until = workers[worker].restsUntil, now < until { return rest(worker) }
      attempts += 1
      return .connect(now)
    }
    guard connecting == nil || connecting == worker else { return rest(worker) }
    connecting = worker
    attempts += 1
    return .connect(nextAttempt)
  }

  private mutating func rest(_ worker: Int) -> Step {
    workers[worker].isAwake = false
    return .rest
  }

  private func hasWork(at now: Instant) -> Bool { areEndsReady(at: now) || areVoidsDue || isRequestReady }

  private func areEndsReady(at now: Instant) -> Bool { !owed.isEmpty && !isWritingEnds && endsRestUntil <= now }

  private var isRequestReady: Bool {
    waiting.first.map { $0.endsBefore <= endsWritten && (!$0.request.isLast || underWay + attempts == 0) } ?? false
  }

  private mutating func take(at now: Instant) -> Work? {
    let work: Work
    if areEndsReady(at: now) {
      isWritingEnds = true
      work = .ends(Array(owed.prefix(Self.largestBatch)))
      owed.removeFirst(min(owed.count, Self.largestBatch))
    } else if areVoidsDue {
      areVoidsDue = false
      work = .voids(voids)
      voids = []
    } else if isRequestReady {
      work = .request(waiting.removeFirst().request)
    } else {
      return nil
    }
    underWay += 1
    return work
  }

  // MARK: - What became of it

  var isConnected: Bool { workers.contains { $0.era == era } }

  /// Workers to wake.
  mutating func connected(_ worker: Int, at now: Instant) -> [Int] {
    attempts -= 1
    workers[worker].era = era
    connecting = nil
    pause = times.firstPause
    nextAttempt = now
    return wake(waiting.count)
  }

  /// The requests that must be refused: all, unless other workers are there for them.
  mutating func failedToConnect(_ worker: Int, at now: Instant) -> [PostgresRequest] {
    attempts -= 1
    workers[worker].era = nil
    if isConnected {
      workers[worker].restsUntil = now.advanced(by: times.longestPause)
      return []
    }
    connecting = nil
    nextAttempt = now.advanced(by: pause)
    pause = min(pause * 2, times.longestPause)
    defer { waiting = [] }
    return waiting.map(\.request)
  }

  mutating func lost(_ worker: Int, inSilence: Bool) {
    workers[worker].era = nil
    if inSilence { era += 1 }
  }

  /// Workers to wake.
  mutating func finished(_ work: Work) -> [Int] {
    underWay -= 1
    guard case .ends(let ends) = work else { return [] }
    isWritingEnds = false
    endsWritten += ends.count
    return wake(waiting.count)
  }

  /// The requests that must be refused: those that were to see what could not be written.
  mutating func failed(_ work: Work, isWithoutEffect: Bool, at now: Instant) -> [PostgresRequest] {
    underWay -= 1
    switch work {
    case .request(let request):
      if !isWithoutEffect { voids += request.intents }
      return [request]
    case .voids(let intents):
      voids += intents
      return []
    case .ends(let ends):
      isWritingEnds = false
      owed.insert(contentsOf: ends, at: 0)
      endsRestUntil = now.advanced(by: times.longestPause)
      let ready = waiting.prefix { $0.endsBefore <= endsWritten }
      defer { waiting = Array(ready) }
      return waiting.dropFirst(ready.count).map(\.request)
    }
  }
}
