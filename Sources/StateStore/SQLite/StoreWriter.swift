/// Opens the database, runs groups of requests against it, and opens it anew after a failure.
///
/// It belongs to one thread at a time.
final class StoreWriter {
  enum Location: Sendable {
    case memory
    case file(DatabaseFile, StoreRole)
  }

  private let location: Location
  /// In pages of 4 KiB; `nil` if only the disk bounds the database.
  private let maximumPages: Int?
  private let report: @Sendable (StoreCondition<DatabaseFailure>) -> Void
  private var ledger: SQLiteSession?
  private var openedFile: DatabaseFile.Identity?
  private var servingLock: ServingLock?
  /// `nil` until the database was open for the first time.
  private var numbers: IntentNumbers?
  private var owed: [PendingCompletion] = []
  private var condition = StoreCondition<DatabaseFailure>.available
  private var isClosed = false

  init(_ location: Location, maximumPages: Int?, report: @escaping @Sendable (StoreCondition<DatabaseFailure>) -> Void) {
    self.location = location
    self.maximumPages = maximumPages
    self.report = report
  }

  /// Runs all requests in one transaction, in their order, and answers each of them when it is durable or has failed.
  ///
  /// Nobody waits for an end: a group of such ends alone as may be lost with the machine doesn't wait for the disk.
  func commit(_ group: [StoreRequest]) {
    do throws(DatabaseFailure) {
      let ledger = try usableLedger()
      let answers = try transact(group, on: ledger)
      owed = []
      numbers?.becomeCertain()
      enter(.available)
      for answer in answers { answer.give() }
    } catch {
      recover()
      for request in group { owed.append(contentsOf: request.owed) }
      enter(.unavailable(error))
      for request in group { request.fail() }
    }
  }

  /// Nothing is answered but by a failure from then on.
  func close() {
    isClosed = true
    ledger = nil
    servingLock = nil
  }

  private func transact(_ group: [StoreRequest], on ledger: SQLiteSession) throws(DatabaseFailure) -> [StoreAnswer] {
    guard var numbers else { throw .closed }
    // A number that a failed transaction used is not used again.
    defer { self.numbers = numbers }
    let mayBeLost = owed.allSatisfy(\.mayBeLost) && group.allSatisfy(\.mayBeLost)
    try ledger.begin(mayBeLost ? .process : .machine)
    if let doubtful = numbers.doubtful { try ledger.void(doubtful) }
    for end in owed { try ledger.end(end) }
    var answers: [StoreAnswer] = []
    answers.reserveCapacity(group.count)
    for request in group {
      switch request {
      case .batch(let batch, let completion): answers.append(.results(try perform(batch, on: ledger, &numbers), completion))
      case .operation(let operation): answers.append(.done(try ledger.run(operation, &numbers)))
      }
    }
    try ledger.commit()
    return answers
  }

  private func perform(
    _ batch: StoreBatch, on ledger: SQLiteSession, _ numbers: inout IntentNumbers
  ) throws(DatabaseFailure) -> [StoreResult<ReservationOutcome>] {
    for end in batch.ends { try ledger.end(end) }
    var results: [StoreResult<ReservationOutcome>] = []
    results.reserveCapacity(batch.reservations.count)
    for reservation in batch.reservations { results.append(try ledger.reserve(reservation, as: numbers.next())) }
    return results
  }

  /// A database in memory would be lost with its connection; of a file a fresh look is taken.
  private func recover() {
    switch location {
    case .file: ledger = nil
    case .memory:
      do throws(DatabaseFailure) { try ledger?.rollBack() } catch { ledger = nil }
    }
  }

  private func enter(_ next: StoreCondition<DatabaseFailure>) {
    guard next != condition else { return }
    condition = next
    report(next)
  }

  // MARK: - Opening

  private func usableLedger() throws(DatabaseFailure) -> SQLiteSession {
    guard !isClosed else { throw .closed }
    let ledger: SQLiteSession
    if let open = self.ledger { ledger = open } else { ledger = try open() }
    self.ledger = ledger
    if case .file(let file, _) = location, file.identity != openedFile { throw .replaced }
    return ledger
  }

  private func open() throws(DatabaseFailure) -> SQLiteSession {
    let connection: Connection
    switch location {
    case .memory: connection = try Connection(path: ":memory:")
    case .file(let file, let role):
      // Once it was there, no other file takes its place before the next start, and none is made anew: the tokens of the lost one could be used again.
      guard numbers == nil || file.identity == openedFile else { throw .replaced }
      if numbers == nil, role == .gateway { try file.createIfMissing() }
      try file.refuseFragment(orEmpty: numbers != nil)
      openedFile = try role == .gateway ? lock(file) : file.identity
      connection = try Connection(path: file.path)
    }
    try connection.execute("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
    let version = try Schema.version(of: connection)
    guard version > 0 || numbers == nil else { throw .replaced }
    if case .file(_, .command) = location, version < Schema.current { throw .olderVersion(Int64(version)) }
    try configure(connection)
    try Schema.migrate(connection, from: version)
    // There is no integrity check of the whole file, which would take seconds of a large one at each start: each page is checked as it is read.
    let ledger = try SQLiteSession(connection)
    if numbers == nil { numbers = try ledger.intentNumbers() }
    return ledger
  }

  /// Which file is locked now: another one may stand where one stood that was in use elsewhere.
  private func lock(_ file: DatabaseFile) throws(DatabaseFailure) -> DatabaseFile.Identity {
    let lock: ServingLock
    if let servingLock, servingLock.file == file.identity { lock = servingLock } else { lock = try ServingLock(on: file) }
    servingLock = lock
    try lock.acquire()
    return lock.file
  }

  private func configure(_ connection: Connection) throws(DatabaseFailure) {
    if case .file = location {
      guard try connection.text("PRAGMA journal_mode = WAL") == "wal" else { throw .noWriteAheadLog }
    }
    // A commit is on the disk when it returns.
    try connection.execute("\(SQLiteSession.Durability.machine.pragma); PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY")
    if let maximumPages { try connection.execute("PRAGMA max_page_count = \(maximumPages)") }
  }
}
