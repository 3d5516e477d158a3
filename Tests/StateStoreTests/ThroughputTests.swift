import Foundation
import StrictParsers
import Testing

@testable import StateStore

@Suite("The throughput of a store", .serialized) struct ThroughputTests {
  private static let isAsked = ProcessInfo.processInfo.environment["IMPRIMATUR_BENCHMARKS"] != nil

  @Test("rises with the uploads that wait at once", .enabled(if: isAsked), arguments: [1, 8, 32, 128, 512])
  func bindings(simultaneous: Int) async throws {
    let scratch = try Scratch()
    let store = SQLiteStore(path: scratch.database)
    try await store.probe()
    let each = (2000 + 60 * simultaneous) / simultaneous
    let note = String(repeating: "n", count: 700)
    let clock = ContinuousClock()
    let before = processorSeconds()
    let elapsed = try await clock.measure {
      try await withThrowingTaskGroup { group in
        for worker in 0..<simultaneous {
          group.addTask {
            for index in 0..<each {
              let binding = Sample.binding(.direct(Sample.token(ExactString("\(worker) \(index)"))), note: note)
              store.end(try await store.bind(binding), as: .bound)
            }
          }
        }
        try await group.waitForAll()
      }
    }
    let uploads = Double(simultaneous * each)
    let seconds = elapsed / .seconds(1)
    let processor = (processorSeconds() - before) / uploads * 1_000_000
    print(
      "\(simultaneous) at once: \(Int(uploads / seconds)) uploads/s, \(elapsed / (simultaneous * each)) each; processor \(Int(processor)) µs"
    )
    await store.close()
  }

  @Test("rises with the uploads of a batch, one batch at a time", .enabled(if: isAsked), arguments: [1, 8, 32, 128])
  func batches(size: Int) async throws {
    let scratch = try Scratch()
    let store = SQLiteStore(path: scratch.database)
    try await store.probe()
    let count = (2000 + 60 * size) / size
    let note = String(repeating: "n", count: 700)
    let before = processorSeconds()
    let elapsed = await ContinuousClock().measure {
      var ends: [PendingCompletion] = []
      for batch in 0..<count {
        let reservations = (0..<size).map { place in
          UploadReservation.bind(Sample.binding(.direct(Sample.token(ExactString("\(batch) \(place)"))), note: note))
        }
        let results = await store.results(of: StoreBatch(reservations: reservations, ends: ends))
        ends = results.compactMap(\.intent).map { PendingCompletion(intent: $0, end: .bound, success: nil) }
      }
    }
    let uploads = Double(size * count)
    let processor = (processorSeconds() - before) / uploads * 1_000_000
    print("batches of \(size): \(Int(uploads / (elapsed / .seconds(1)))) uploads/s; processor \(Int(processor)) µs")
    await store.close()
  }
}

/// Processor time that this process has used.
private func processorSeconds() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }
