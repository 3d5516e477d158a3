import StrictParsers

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
  @discardableResult
  package func write(_ record: AuditRecord, _ outcome: AuditOutcome, at time: Timestamp) async -> Bool {
    await write(record.line(outcome, at: time), record.importance(outcome))
  }

  /// Writes a record that was made before, of an operator's deed, unless an earlier process has. False where it could not be written yet.
  func write(line: [UInt8]) async -> Bool {
    if let id = AuditRecord.requestID(ofNote: line), recordedSuccesses()[id] != nil { return true }
    return await write(line, .deed)
  }

  /// Where the record of an upload is that an earlier process did not end.
  package enum Interrupted: Hashable, Sendable {
    /// It could not be written yet.
    case owed
    case written
    /// The earlier process wrote it; whether the registry took the upload stands in it.
    case found(isSuccess: Bool)
  }

  /// Writes the records of the uploads that an earlier process did not end, from their notes.
  ///
  /// A process that is killed after it has written a record may not have ended the intent any more: what stands at the end of the file
  /// already is not written again.
  package func writeInterrupted(notes: [[UInt8]], at time: Timestamp) async -> [Interrupted] {
    let found = notes.isEmpty ? [:] : recordedSuccesses()
    var records: [Interrupted] = []
    for note in notes {
      if let id = AuditRecord.requestID(ofNote: note), let isSuccess = found[id] {
        records.append(.found(isSuccess: isSuccess))
      } else {
        records.append(await write(AuditRecord.interruptedLine(note: note, at: time), .deed) ? .written : .owed)
      }
    }
    return records
  }

  /// The same as `write` for a caller that does not wait.
  package func record(_ record: AuditRecord, _ outcome: AuditOutcome, at time: Timestamp) {
    writer.write(record.line(outcome, at: time), record.importance(outcome))
  }

  /// Opens the file anew (SIGHUP).
  package func reopen() { writer.reopen() }

  /// Returns when all records that came before are written, or can't be.
  package func flush() async { await writer.flush() }

  private func recordedSuccesses() -> [ExactString: Bool] {
    AuditRecord.successes(inLines: writer.destination.lastBytes(Self.searchedBytes))
  }

  private func write(_ line: [UInt8], _ importance: LineWriter.Importance) async -> Bool {
    await withCheckedContinuation { continuation in
      writer.write(line, importance) { continuation.resume(returning: $0) }
    }
  }
}

extension AuditRecord {
  /// What was granted may have changed the world; of refusals anyone can cause any number.
  fileprivate func importance(_ outcome: AuditOutcome) -> LineWriter.Importance {
    switch outcome {
    case .published, .completed, .reported: .deed
    case .refused, .failed, .aborted: granted ? .deed : .record
    }
  }
}
