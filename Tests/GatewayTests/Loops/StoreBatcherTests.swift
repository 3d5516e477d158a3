import NIOEmbedded
import StateStore
import Testing

@testable import Gateway

@Suite("The reservations of an event loop") struct StoreBatcherTests {
  private let loop = EmbeddedEventLoop()
  private let store = ScriptedStore()

  private static func reservation(_ number: Int) -> UploadReservation {
    .open(UploadIntent(target: PublishSample.target, use: nil, note: Array("\(number)".utf8)))
  }

  private static func succeed(_ numbers: [Int64]) -> [Result<ReservationOutcome, StateRefusal>] {
    numbers.map { .success(.reserved(IntentID($0))) }
  }

  /// The notes of a batch's reservations.
  private static func words(_ submitted: ScriptedStore.Submitted) -> String {
    let notes = submitted.batch.reservations.map { reservation in
      guard case .open(let upload) = reservation else { return "?" }
      return String(decoding: upload.note, as: UTF8.self)
    }
    return notes.joined(separator: ",")
  }

  @Test("are handed over once a turn, in their order") func turn() {
    let batcher = StoreBatcher(store, loop)
    for number in 1...3 { batcher.reserve(Self.reservation(number)) { _ in } }
    #expect(store.take().isEmpty)
    loop.run()
    #expect(store.take().map(Self.words) == ["1,2,3"])
    loop.run()
    #expect(store.take().isEmpty)
  }

  @Test("wait for the batch that is under way, and are the next one together") func underWay() throws {
    let batcher = StoreBatcher(store, loop)
    batcher.reserve(Self.reservation(1)) { _ in }
    loop.run()
    let first = try #require(store.take().first)
    batcher.reserve(Self.reservation(2)) { _ in }
    loop.run()
    batcher.reserve(Self.reservation(3)) { _ in }
    loop.run()
    #expect(store.take().isEmpty)
    first.completion(Self.succeed([1]))
    loop.run()
    #expect(store.take().map(Self.words) == ["2,3"])
  }

  @Test("are all done before the process ends, those too that wait for the batch that is under way") func idle() throws {
    let batcher = StoreBatcher(store, loop)
    var isIdle = false
    batcher.whenIdle { isIdle = true }
    #expect(isIdle)
    isIdle = false
    batcher.reserve(Self.reservation(1)) { _ in }
    batcher.whenIdle { isIdle = true }
    loop.run()
    batcher.reserve(Self.reservation(2)) { _ in }
    try #require(store.take().first).completion(Self.succeed([1]))
    loop.run()
    #expect(!isIdle)
    try #require(store.take().first).completion(Self.succeed([2]))
    loop.run()
    #expect(isIdle)
  }

  @Test("are answered on the event loop, each by its own result and in their order") func completion() throws {
    let batcher = StoreBatcher(store, loop)
    var answers: [String] = []
    for number in 1...3 {
      batcher.reserve(Self.reservation(number)) { result in
        switch result {
        case .success(.reserved(let id)): answers.append("\(number): \(id.value)")
        case .success(.alreadyBound): answers.append("\(number): bound")
        case .failure(let refusal): answers.append("\(number): \(refusal.code.rawValue)")
        }
      }
    }
    loop.run()
    try #require(store.take().first).completion([
      .success(.reserved(IntentID(5))), .failure(.inFlight), .success(.alreadyBound(PublishSample.digest)),
    ])
    #expect(answers.isEmpty)
    loop.run()
    #expect(answers == ["1: 5", "2: state.in-flight", "3: bound"])
  }

  @Test("that an answer causes go along with those that waited") func caused() throws {
    let batcher = StoreBatcher(store, loop)
    batcher.reserve(Self.reservation(1)) { _ in
      batcher.reserve(Self.reservation(2)) { _ in }
    }
    loop.run()
    let first = try #require(store.take().first)
    batcher.reserve(Self.reservation(3)) { _ in }
    first.completion(Self.succeed([1]))
    loop.run()
    #expect(store.take().map(Self.words) == ["3,2"])
  }
}
