import Configuration
import NIOConcurrencyHelpers
import NIOCore
import PublisherPolicy
import RegistryProtocols
import Synchronization
import Testing

@testable import Gateway

@Suite("The pool of inspections") struct InspectionPoolTests {
  private static let limit = Milliseconds(milliseconds: 30_000)

  /// Holds whoever waits for it until it is opened.
  private final class Barrier: Sendable {
    private let condition = ConditionLock(value: false)
    func open() {
      condition.lock()
      condition.unlock(withValue: true)
    }
    func wait() {
      condition.lock(whenValue: true)
      condition.unlock()
    }
  }

  @Test("inspects another account's upload while one account's inspections wait for each other")
  func fairness() async throws {
    let pool = InspectionPool(threads: 2)
    let barrier = Barrier()
    try await withThrowingTaskGroup { group in
      for _ in 0..<8 {
        group.addTask { try await pool.run(for: .unverified, within: Self.limit) { _ throws(UploadRefusal) in barrier.wait() } }
      }
      for _ in 0..<8 {
        #expect(try await pool.run(for: .publisher(PublisherID("other")), within: Self.limit) { _ throws(UploadRefusal) in 7 } == 7)
      }
      barrier.open()
      try await group.waitForAll()
    }
    await pool.shutDown()
  }

  @Test("refuses what waits when it is closed, and lets end what runs")
  func closing() async throws {
    let pool = InspectionPool(threads: 2)
    let barrier = Barrier()
    let begun = Barrier()
    try await withThrowingTaskGroup { group in
      group.addTask {
        try await pool.run(for: .unverified, within: Self.limit) { _ throws(UploadRefusal) in
          begun.open()
          barrier.wait()
        }
      }
      begun.wait()
      let waiting = (0..<1000).map { _ in Task { try await pool.run(for: .unverified, within: Self.limit) { _ throws(UploadRefusal) in } } }
      pool.close()
      for one in waiting { await #expect(throws: UploadRefusal.unavailable) { try await one.value } }
      barrier.open()
      try await group.waitForAll()
    }
    await pool.shutDown()
  }

  @Test("refuses an upload whose turn comes too late")
  func patience() async {
    let pool = InspectionPool(threads: 2, patience: .seconds(-1))
    await #expect(throws: UploadRefusal.inspectionBusy) {
      try await pool.run(for: .unverified, within: Self.limit) { _ throws(UploadRefusal) in }
    }
    await pool.shutDown()
  }

  @Test("passes on what the inspection says, and goes on after it")
  func refusals() async throws {
    let pool = InspectionPool(threads: 2)
    for _ in 0..<4 {
      await #expect(throws: UploadRefusal.metadataPlace) {
        try await pool.run(for: .unverified, within: Self.limit) { _ throws(UploadRefusal) in throw .metadataPlace }
      }
    }
    await pool.shutDown()
    await #expect(throws: UploadRefusal.unavailable) {
      try await pool.run(for: .unverified, within: Self.limit) { _ throws(UploadRefusal) in }
    }
  }
}
