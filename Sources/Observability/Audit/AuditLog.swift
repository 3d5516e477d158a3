/// The audit log: one line for each request that tried to publish, to exchange or to burn a token.
///
/// `write` returns when write(2) has taken the line, so that it survives this process; only then may the intent of an upload be ended in the
/// state store. Where the process is killed before, the intent is still open, and the next start writes the record as interrupted.
package final class AuditLog: Sendable {
  package enum FailurePolicy: String, CaseIterable, Sendable { case refuse, `continue` }

  /// How long a publish waits on its event loop for a log that could not be written to come back.
  private static let patience = 20

  /// How far back the end of the file is searched for records: thousands of them.
  private static let searchedBytes = 4 << 20

  private let writer: LineWriter
  private let policy: FailurePolicy

  /// - Parameter writer: The audit file's own, or the one of standard output that the log writes to as well.
  package init(_ writer: LineWriter, onFailure policy: FailurePolicy = .refuse) {
    self.writer = writer
    self.policy = policy
  }

  /// Whether a request may begin that must leave a record. After a failure it tries to write what is still unwritten, and says whether it could.
  package func ensureWritable() -> Bool {
    switch policy {
    case .refuse: writer.recovers(within: Self.patience)
    case .continue: true
    }
  }

  /// Writes the record. False where it could not be written yet: it is kept then, and written first as soon as that is possible.
  ///
  /// - Parameter settle: Called once nothing depends on this process any more for the record to be there: when it is written, however late, or at once
  ///   where requests go on without. Before this returns, unless it is late.
  @discardableResult
  package func write(
    _ record: AuditRecord, _ outcome: AuditOutcome, at time: Timestamp, then settle: @escaping @Sendable () -> Void = {}
  ) async -> Bool {
    let line = record.line(outcome, at: time)
    switch policy {
    case .refuse: return await write(line, record.importance(outcome), then: settle)
    case .continue:
      defer { settle() }
      return await write(line, record.importance(outcome), then: {})
    }
  }

  /// A record as it is handed over with others.
  ///
  /// - Parameter late: Called once it is written after `write` has told that it could not be.
  package func entry(_ record: AuditRecord, _ outcome: AuditOutcome, at time: Timestamp, late: @escaping @Sendable () -> Void)
    -> LineWriter.Entry
  {
    LineWriter.Entry(bytes: record.line(outcome, at: time), importance: record.importance(outcome), late: goesOnWithout ? nil : late)
  }

  /// Writes records in their order. `completion` is called once, on any thread, with whether nothing depends on this process any more for each to be
  /// there.
  package func write(_ entries: [LineWriter.Entry], completion: @escaping @Sendable ([Bool]) -> Void) {
    let goesOnWithout = goesOnWithout
    writer.write(entries) { written in completion(goesOnWithout ? written.map { _ in true } : written) }
  }

  /// Whether requests go on without their records.
  private var goesOnWithout: Bool {
    switch policy {
    case .refuse: false
    case .continue: true
    }
  }

  /// Writes a record that was made before: of an operator's action, or of an upload that an earlier process did not end. Returns when that was tried.
  ///
  /// - Parameter settle: Called once it is written, however late.
  package func write(line: [UInt8], then settle: @escaping @Sendable () -> Void) async { await write(line, .essential, then: settle) }

  package func write(_ refusals: GatheredRefusals, at time: Timestamp) async { await write(refusals.line(at: time), .record, then: {}) }

  /// For each of these notes, whether the registry took the upload, as its record says that an earlier process wrote; `nil` if there is none.
  ///
  /// A process that is killed after it has written a record may not have ended the intent, or the action, any more: what stands at the end of the file
  /// already is not written again.
  package func successes(ofNotes notes: [[UInt8]]) -> [Bool?] {
    let ids = notes.map { AuditRecord.requestID(ofNote: $0) }
    let wanted = Set(ids.compactMap { $0 })
    guard !wanted.isEmpty else { return notes.map { _ in nil } }
    let found = AuditRecord.successes(of: wanted, inLines: writer.destination.lastBytes(Self.searchedBytes))
    return ids.map { id in id.flatMap { found[$0] } }
  }

  /// The same as `write` for a caller that does not wait.
  package func record(_ record: AuditRecord, _ outcome: AuditOutcome, at time: Timestamp) {
    writer.write(record.line(outcome, at: time), record.importance(outcome))
  }

  /// Whether the last line could be written.
  package var isWritable: Bool { writer.condition == .writable }

  /// Opens the file anew (SIGHUP).
  package func reopen() { writer.reopen() }

  /// Returns when all records that came before are written, or can't be.
  package func flush() async { await writer.flush() }

  /// The same at the end of the process: what the last room was kept from is written as well.
  package func finish() async { await writer.finish() }

  @discardableResult
  private func write(_ line: [UInt8], _ importance: LineWriter.Importance, then settle: @escaping @Sendable () -> Void) async -> Bool {
    await withCheckedContinuation { continuation in
      let written: @Sendable (Bool) -> Void = { isWritten in
        if isWritten { settle() }
        continuation.resume(returning: isWritten)
      }
      writer.write(line, importance, written: written, late: settle)
    }
  }
}

extension AuditRecord {
  /// What was granted may have changed the world; of refusals anyone can cause any number, and a read changes nothing.
  fileprivate func importance(_ outcome: AuditOutcome) -> LineWriter.Importance {
    switch outcome {
    case _ where event == .read: .record
    case .published, .completed, .reported: .essential
    case .refused, .failed, .aborted: granted ? .essential : .record
    }
  }
}
