import CPostgreSQL
import Glibc

/// A connection to a PostgreSQL server, for one thread at a time, which waits for the server until a deadline and no longer.
@safe final class PostgresConnection {
  /// Before the URL, which may say otherwise: a standby can't be written, and a look for a Kerberos ticket takes time.
  private static let usual = [("target_session_attrs", "read-write"), ("gssencmode", "disable")]
  /// After the URL. A server that is gone without a word is given up by the kernel, also where a name has several addresses.
  private static let fixed = [
    ("application_name", "imprimatur"), ("client_encoding", "UTF8"), ("tcp_user_timeout", "2000"),
    ("keepalives", "1"), ("keepalives_idle", "5"), ("keepalives_interval", "2"), ("keepalives_count", "2"),
  ]

  private let handle: OpaquePointer

  /// Blocks until the server has let us in, or the deadline; while a host's name is looked up it may block for longer.
  static func open(
    _ location: PostgresLocation, until deadline: ContinuousClock.Instant
  ) throws(PostgresFailure) -> PostgresConnection {
    let options = usual + [("dbname", location.url)] + fixed
    let begun = unsafe CPointers.strings(options.map(\.0)) { keywords in
      unsafe CPointers.strings(options.map(\.1)) { unsafe PQconnectStartParams(keywords, $0, 1) }
    }
    guard let handle = unsafe begun else { throw .unreachable }
    let connection = unsafe PostgresConnection(handle)
    try connection.establish(until: deadline)
    return connection
  }

  @unsafe private init(_ handle: OpaquePointer) { unsafe self.handle = handle }

  deinit { unsafe PQfinish(handle) }

  private func establish(until deadline: ContinuousClock.Instant) throws(PostgresFailure) {
    // Of what the server says to refuse us, only the SQLSTATE: the rest is in its language, and quotes.
    unsafe PQsetErrorVerbosity(handle, PQERRORS_SQLSTATE)
    // Otherwise they are printed.
    unsafe PQsetNoticeReceiver(handle, { _, _ in }, nil)
    guard unsafe PQstatus(handle) != CONNECTION_BAD else { throw .unreachable }
    var step = PGRES_POLLING_WRITING
    while step != PGRES_POLLING_OK {
      switch step {
      case PGRES_POLLING_READING: try wait(for: POLLIN, until: deadline)
      case PGRES_POLLING_WRITING: try wait(for: POLLOUT, until: deadline)
      default: throw refusal
      }
      step = unsafe PQconnectPoll(handle)
    }
    guard unsafe PQsetnonblocking(handle, 1) == 0 else { throw .unreachable }
  }

  /// `...:  28P01`, where the server refused us by a SQLSTATE.
  private var refusal: PostgresFailure {
    let backwards = unsafe String(cString: PQerrorMessage(handle)).utf8.reversed().drop { $0 == UInt8(ascii: "\n") }
    guard backwards.dropFirst(5).starts(with: "  :".utf8) else { return .unreachable }
    return SQLState(backwards.prefix(5).reversed()).map { .refused($0) } ?? .unreachable
  }

  // MARK: - Statements

  /// Runs one statement, which is a transaction of its own where none was begun, and gives its rows.
  func run(
    _ sql: String, _ values: [PostgresValue] = [], until deadline: ContinuousClock.Instant
  ) throws(PostgresFailure) -> PostgresRows {
    let parameters = PostgresParameters(values)
    guard unsafe parameters.withPointers({ unsafe PQsendQueryParams(handle, sql, $0, $1, $2, $3, $4, 1) }) == 1 else { throw .ended(nil) }
    return try rows(until: deadline)
  }

  /// Runs statements without parameters, whose rows are dropped: one transaction, unless they say otherwise.
  func execute(_ sql: String, until deadline: ContinuousClock.Instant) throws(PostgresFailure) {
    guard unsafe PQsendQuery(handle, sql) == 1 else { throw .ended(nil) }
    _ = try rows(until: deadline)
  }

  /// Whether it looks as if it could be used: between statements a server says nothing, unless that it ends the connection, or what makes it worth
  /// while to begin a new one.
  var isUsable: Bool {
    var descriptor = pollfd(fd: unsafe PQsocket(handle), events: Int16(POLLIN), revents: 0)
    return unsafe poll(&descriptor, 1, 0) == 0 && PQstatus(handle) == CONNECTION_OK && PQtransactionStatus(handle) == PQTRANS_IDLE
  }

  /// The rows of the last statement that was sent, or the first failure of any.
  private func rows(until deadline: ContinuousClock.Instant) throws(PostgresFailure) -> PostgresRows {
    try send(until: deadline)
    var last: PostgresRows?
    var failure: PostgresFailure?
    while let result = try unsafe nextResult(until: deadline) {
      let rows = unsafe PostgresRows(result)
      switch unsafe PQresultStatus(result) {
      case PGRES_TUPLES_OK, PGRES_COMMAND_OK: last = rows
      case PGRES_FATAL_ERROR: if failure == nil { failure = unsafe Self.failure(result) }
      default: failure = .unexpectedAnswer
      }
    }
    if let failure { throw failure }
    guard let last, unsafe PQstatus(handle) == CONNECTION_OK else { throw .ended(nil) }
    return last
  }

  /// A statement that ended in an error of the least severity was taken back. After any other, and after libpq's own, nobody knows.
  @unsafe private static func failure(_ result: OpaquePointer) -> PostgresFailure {
    let severity = unsafe PQresultErrorField(result, imprimatur_pg_severity).map { unsafe String(cString: $0) }
    let state = unsafe PQresultErrorField(result, imprimatur_pg_sqlstate).flatMap { unsafe SQLState(Array(String(cString: $0).utf8)) }
    guard let state, severity == "ERROR" else { return .ended(state) }
    return .statement(state)
  }

  private func send(until deadline: ContinuousClock.Instant) throws(PostgresFailure) {
    while true {
      switch unsafe PQflush(handle) {
      case 0: return
      case 1:
        // A server that can't take all of it may wait to be read from first.
        try wait(for: POLLIN | POLLOUT, until: deadline)
        guard unsafe PQconsumeInput(handle) == 1 else { throw .ended(nil) }
      default: throw .ended(nil)
      }
    }
  }

  /// `nil` if there is no other.
  @unsafe private func nextResult(until deadline: ContinuousClock.Instant) throws(PostgresFailure) -> OpaquePointer? {
    while unsafe PQisBusy(handle) == 1 {
      try wait(for: POLLIN, until: deadline)
      // Where it fails, the result says what the server said at last.
      if unsafe PQconsumeInput(handle) != 1 { break }
    }
    return unsafe PQgetResult(handle)
  }

  private func wait(for events: Int32, until deadline: ContinuousClock.Instant) throws(PostgresFailure) {
    while true {
      let left = deadline.milliseconds(from: .now)
      guard left > 0 else { throw .timedOut }
      var descriptor = pollfd(fd: unsafe PQsocket(handle), events: Int16(events), revents: 0)
      let count = unsafe poll(&descriptor, 1, left)
      if count > 0 { return }
      guard count == 0 || errno == EINTR else { throw .ended(nil) }
    }
  }
}

extension ContinuousClock.Instant {
  /// Rounded up; 0 where it has passed.
  fileprivate func milliseconds(from now: Self) -> Int32 {
    let (seconds, attoseconds) = now.duration(to: self).components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    return Int32(
      clamping: seconds.multipliedReportingOverflow(by: 1000).partialValue + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
  }
}
