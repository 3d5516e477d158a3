import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Observability

@Suite("A line writer", .serialized) struct ObservabilityLineWriterTests {
  private final class Reports: Sendable {
    private let list = Mutex<[LineWriter.Condition]>([])
    var all: [LineWriter.Condition] { list.withLock { $0 } }
    func add(_ condition: LineWriter.Condition) { list.withLock { $0.append(condition) } }
  }

  private func line(_ text: String) -> [UInt8] { Array("\(text)\n".utf8) }

  @Test("appends lines in their order to a file for its user and group") func appending() async throws {
    let scratch = try ObservabilityScratch()
    try Data("before\n".utf8).write(to: URL(filePath: scratch.path("old")))
    for name in ["old", "new"] {
      let writer = LineWriter(.file(path: scratch.path(name)))
      for index in 0..<100 { writer.write(line("\(index)"), .record) }
      await writer.flush()
      let lines = (0..<100).map { "\($0)\n" }.joined()
      #expect(try scratch.text(name) == (name == "old" ? "before\n" : "") + lines)
    }
    let mode = try FileManager.default.attributesOfItem(atPath: scratch.path("new"))[.posixPermissions] as? Int
    #expect(mode.map { $0 & 0o137 } == 0)
  }

  @Test("goes on in a new file when the old one was renamed") func reopening() async throws {
    let scratch = try ObservabilityScratch()
    let writer = LineWriter(.file(path: scratch.path("log")))
    writer.write(line("one"), .record)
    await writer.flush()
    try FileManager.default.moveItem(atPath: scratch.path("log"), toPath: scratch.path("log.1"))
    writer.write(line("two"), .record)
    await writer.flush()
    writer.reopen()
    writer.write(line("three"), .record)
    await writer.flush()
    #expect(try scratch.text("log.1") == "one\ntwo\n")
    #expect(try scratch.text("log") == "three\n")
  }

  @Test("says that a file can't be opened, keeps what is no log line, and writes it first") func missingFolder() async throws {
    let scratch = try ObservabilityScratch()
    let reports = Reports()
    let writer = LineWriter(.file(path: scratch.path("later/log")), report: reports.add)
    #expect(writer.condition == .unwritable(ENOENT))
    writer.write(line("log"), .log)
    writer.write(line("record"), .record)
    writer.write(line("deed"), .essential)
    await writer.flush()
    #expect(writer.condition == .unwritable(ENOENT))
    #expect(writer.dropped == 1)
    #expect(!writer.recovers(within: 1000))
    try FileManager.default.createDirectory(atPath: scratch.path("later"), withIntermediateDirectories: false)
    #expect(writer.recovers(within: 1000))
    writer.write(line("next"), .log)
    await writer.flush()
    #expect(try scratch.text("later/log") == "record\ndeed\nnext\n")
    #expect(reports.all.last == .writable)
  }

  @Test("says that the disk is full") func fullDisk() async throws {
    let reports = Reports()
    let writer = LineWriter(.file(path: "/dev/full"), report: reports.add)
    #expect(writer.condition == .writable)
    let isWritten = await withCheckedContinuation { continuation in
      writer.write(line("record"), .record) { continuation.resume(returning: $0) }
    }
    #expect(!isWritten)
    #expect(writer.condition == .unwritable(ENOSPC))
    #expect(!writer.recovers(within: 1000))
    #expect(reports.all == [.unwritable(ENOSPC)])
  }

  @Test("finishes a line of which only a part fitted") func tornLine() async throws {
    let scratch = try ObservabilityScratch()
    let limit: rlim_t = 1 << 30
    var before = rlimit()
    unsafe getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &before)
    signal(SIGXFSZ, SIG_IGN)
    var lowered = rlimit(rlim_cur: limit, rlim_max: before.rlim_max)
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &lowered)
    defer { unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &before) }
    // A file of holes that ends just below what the process may write.
    #expect(FileManager.default.createFile(atPath: scratch.path("log"), contents: nil))
    unsafe truncate(scratch.path("log"), off_t(limit) - 5)
    let hollow = try FileHandle(forWritingTo: URL(filePath: scratch.path("log")))
    try hollow.seekToEnd()
    try hollow.write(contentsOf: Data("\n".utf8))

    let writer = LineWriter(.file(path: scratch.path("log")))
    writer.write(line("one two three"), .record)
    await writer.flush()
    #expect(writer.condition == .unwritable(EFBIG))
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &before)
    #expect(writer.recovers(within: 1000))
    writer.write(line("four"), .record)
    await writer.flush()
    let file = try FileHandle(forReadingFrom: URL(filePath: scratch.path("log")))
    try file.seek(toOffset: UInt64(limit) - 4)
    #expect(try file.readToEnd() == Data("one two three\nfour\n".utf8))
  }

  @Test("bounds what it keeps, and keeps deeds longest") func bounds() async throws {
    let scratch = try ObservabilityScratch()
    let writer = LineWriter(.file(path: scratch.path("later/log")))
    let large = [UInt8](repeating: 0x61, count: 1 << 20)
    for _ in 0..<20 { writer.write(large, .record) }
    #expect(writer.dropped == 12)
    writer.write(line("deed"), .essential)
    #expect(writer.dropped == 12)
    let isWritten = await withCheckedContinuation { continuation in
      writer.write(large, .record) { continuation.resume(returning: $0) }
    }
    #expect(!isWritten)
    #expect(writer.dropped == 13)
  }
}

@Suite("The audit log") struct ObservabilityAuditLogTests {
  private static let refused = AuditOutcome.refused(ReasonCode(ObservabilitySample.Code.claimMismatch), detail: nil)

  @Test(
    "keeps the last room for what changed the world, which no read does", arguments: [AuditRecord.Event.publish, .exchange, .read],
    [true, false])
  func importance(event: AuditRecord.Event, granted: Bool) throws {
    let scratch = try ObservabilityScratch()
    let audit = AuditLog(LineWriter(.file(path: scratch.path("audit.jsonl"))))
    var record = AuditRecord(event, ObservabilitySample.requestID(1))
    record.granted = granted
    let entry = audit.entry(record, Self.refused, at: ObservabilitySample.time) {}
    #expect(entry.importance == (granted && event != .read ? .essential : .record))
  }

  @Test("lets nothing be published while it can't be written, and begins with what it owes") func refusing() async throws {
    let scratch = try ObservabilityScratch()
    let audit = AuditLog(LineWriter(.file(path: scratch.path("later/audit.jsonl"))))
    #expect(!audit.ensureWritable())
    let ids = [1, 2].map { AuditRecord(.publish, ObservabilitySample.requestID($0)) }
    #expect(await !audit.write(ids[0], .published, at: ObservabilitySample.time))
    #expect(!audit.ensureWritable())
    try FileManager.default.createDirectory(atPath: scratch.path("later"), withIntermediateDirectories: false)
    #expect(audit.ensureWritable())
    #expect(await audit.write(ids[1], Self.refused, at: ObservabilitySample.time))
    let lines = try scratch.text("later/audit.jsonl")
    #expect(
      lines == text(ids[0].line(.published, at: ObservabilitySample.time)) + text(ids[1].line(Self.refused, at: ObservabilitySample.time)))
  }

  @Test("lets a publish pass while it can't be written, where it is told to") func continuing() async throws {
    let audit = AuditLog(LineWriter(.file(path: "/dev/full")), onFailure: .continue)
    #expect(await !audit.write(ObservabilitySample.fullRecord, .published, at: ObservabilitySample.time))
    #expect(audit.ensureWritable())
  }

  @Test("begins a line of its own behind one that a crash cut off", arguments: [("", ""), ("whole\n", "whole\n"), ("cut", "cut\n")])
  func behindTornLine(content: String, kept: String) async throws {
    let scratch = try ObservabilityScratch()
    try Data(content.utf8).write(to: URL(filePath: scratch.path("audit.jsonl")))
    let audit = AuditLog(LineWriter(.file(path: scratch.path("audit.jsonl"))))
    let record = AuditRecord(.publish, ObservabilitySample.requestID(1))
    #expect(await audit.write(record, .published, at: ObservabilitySample.time))
    #expect(try scratch.text("audit.jsonl") == kept + text(record.line(.published, at: ObservabilitySample.time)))
  }

  @Test("finds what an earlier process wrote, and takes no line for a record that was cut off") func earlierRecords() async throws {
    let scratch = try ObservabilityScratch()
    let records = (0..<6).map { number in
      var record = AuditRecord(.publish, ObservabilitySample.requestID(UInt64(number)))
      record.granted = true
      return record
    }
    let first = AuditLog(LineWriter(.file(path: scratch.path("audit.jsonl"))))
    let whole = records[0].line(.published, at: ObservabilitySample.time)
    // Of a line that a crash cut off, each place that may look like an end.
    try Data(whole.prefix(150) + Array("\n".utf8) + whole.dropLast(2) + Array("\n".utf8)).write(
      to: URL(filePath: scratch.path("audit.jsonl")))
    await first.write(records[1], .published, at: ObservabilitySample.time)
    await first.write(records[2], .reported(nil, detail: nil), at: ObservabilitySample.time)
    await first.write(
      records[3], .failed(ReasonCode(InterruptionCode.interrupted), detail: #"","outcome":"published""#), at: ObservabilitySample.time)
    await first.write(
      line: AuditRecord(.freeze, records[4].requestID).line(.completed(detail: "why"), at: ObservabilitySample.time), then: {})
    let notes = records.map { $0.note(at: ObservabilitySample.time) } + [Array("broken".utf8)]
    let second = AuditLog(LineWriter(.file(path: scratch.path("audit.jsonl"))))
    #expect(second.successes(ofNotes: notes) == [nil, true, true, false, false, nil, nil])
    #expect(AuditLog(LineWriter(.file(path: "/dev/full"))).successes(ofNotes: notes) == notes.map { _ in nil })
  }

  @Test(
    "tells when a record is there: once it is written, however late, and of a request that goes on without it at once",
    arguments: [(AuditLog.FailurePolicy.refuse, false), (.continue, true)])
  func settling(policy: AuditLog.FailurePolicy, isSettledAtOnce: Bool) async throws {
    let scratch = try ObservabilityScratch()
    let path = scratch.path("later/audit.jsonl")
    let audit = AuditLog(LineWriter(.file(path: path)), onFailure: policy)
    let record = AuditRecord(.publish, ObservabilitySample.requestID(1))
    let settled = Mutex(0)
    let deeds = Mutex(0)
    #expect(await !audit.write(record, .published, at: ObservabilitySample.time) { settled.withLock { $0 += 1 } })
    await audit.write(line: record.line(.completed(), at: ObservabilitySample.time)) { deeds.withLock { $0 += 1 } }
    #expect(settled.withLock { $0 } == (isSettledAtOnce ? 1 : 0) && deeds.withLock { $0 } == 0)
    try FileManager.default.createDirectory(atPath: scratch.path("later"), withIntermediateDirectories: false)
    await audit.flush()
    #expect(settled.withLock { $0 } == 1 && deeds.withLock { $0 } == 1)
    #expect(try scratch.text("later/audit.jsonl").split(separator: "\n").count == 2)
  }

  @Test("writes each record on a line of its own, whoever writes at once") func simultaneous() async throws {
    let scratch = try ObservabilityScratch()
    let writer = LineWriter(.file(path: scratch.path("audit.jsonl")))
    let audit = AuditLog(writer)
    await withTaskGroup { group in
      for index in 0..<500 {
        group.addTask {
          let record = AuditRecord(.publish, ObservabilitySample.requestID(UInt64(index)))
          if index.isMultiple(of: 2) {
            await audit.write(record, .published, at: ObservabilitySample.time)
          } else {
            audit.record(record, .published, at: ObservabilitySample.time)
          }
        }
      }
    }
    await audit.flush()
    let lines = try scratch.text("audit.jsonl").split(separator: "\n")
    #expect(Set(lines).count == 500)
    #expect(lines.allSatisfy { $0.hasPrefix("{\"time\"") && $0.hasSuffix("}") })
  }
}
