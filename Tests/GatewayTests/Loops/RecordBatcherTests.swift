import Foundation
import NIOCore
import NIOPosix
import Observability
import StrictParsers
import Synchronization
import TestSupport
import Testing

@testable import Gateway

@Suite("The records of an event loop") struct RecordBatcherTests {
  private static let time = Timestamp(milliseconds: PublishSample.now * 1000)

  private static func record(_ number: Int64) -> AuditRecord {
    var random = SeededRandom(seed: UInt64(number))
    var record = AuditRecord(.publish, RequestID(at: time, using: &random))
    record.bodySize = number
    return record
  }

  /// Writes records in one turn of a loop. Returns in which order they were answered, and how; `nil` for one that was answered elsewhere.
  private static func write(_ numbers: [Int64], to audit: AuditLog, late: @escaping @Sendable (Int64) -> Void = { _ in }) async throws
    -> [String]
  {
    let loop = MultiThreadedEventLoopGroup.singleton.any()
    let done = loop.makePromise(of: [String].self)
    loop.execute {
      let batcher = RecordBatcher(audit, loop)
      var answers: [String] = []
      for number in numbers {
        batcher.write(record(number), .published, at: time, late: { late(number) }) { isWritten in
          loop.preconditionInEventLoop()
          answers.append("\(number) \(isWritten)")
          if answers.count == numbers.count { done.succeed(answers) }
        }
      }
    }
    return try await done.futureResult.get()
  }

  @Test("are written in their order before anybody is answered") func order() async throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/audit.jsonl"
    let answers = try await Self.write([3, 1, 2], to: AuditLog(LineWriter(.file(path: path))))
    #expect(answers == ["3 true", "1 true", "2 true"])
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    let sizes = try lines.map { try StrictJSON.parseObject(Array($0.utf8)) }.map { $0["http.request.body.size"] }
    #expect(sizes == [.integer(3), .integer(1), .integer(2)])
  }

  @Test("that can't be written are said to be missing, and are written late") func missing() async throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/later/audit.jsonl"
    let written = Mutex<[Int64]>([])
    let writer = LineWriter(.file(path: path))
    let answers = try await Self.write([1, 2], to: AuditLog(writer)) { number in written.withLock { $0.append(number) } }
    #expect(answers == ["1 false", "2 false"] && written.withLock { $0.isEmpty })
    folder.write("", to: "later/audit.jsonl")
    await writer.flush()
    #expect(written.withLock { $0 } == [1, 2])
  }

  @Test("hinder nobody if requests go on without them") func goesOn() async throws {
    let folder = try TemporaryFolder()
    let audit = AuditLog(LineWriter(.file(path: "\(folder.path)/missing/audit.jsonl")), onFailure: .continue)
    #expect(try await Self.write([1, 2], to: audit) == ["1 true", "2 true"])
  }
}
