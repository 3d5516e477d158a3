import NIOCore
import Testing

@testable import Gateway

@Suite("The pace of a request's body") struct TransferPaceTests {
  @Test(
    "is judged over whole windows of waiting",
    arguments: [
      ([(TimeAmount.seconds(29), 0)], true),
      ([(.seconds(30), 0)], false),
      ([(.seconds(30), 30 * 1024)], true),
      ([(.seconds(30), 30 * 1024 - 1)], false),
      ([(.seconds(15), 30 * 1024), (.seconds(15), 0)], true),
      ([(.seconds(15), 30 * 1024), (.seconds(15), 0), (.seconds(30), 0)], false),
    ] as [([(TimeAmount, Int)], Bool)])
  func judges(waits: [(TimeAmount, Int)], expected: Bool) {
    var pace = TransferPace(bytesPerSecond: 1024)
    let verdicts = waits.map { pace.record(bytes: $0.1, after: $0.0) }
    #expect(verdicts.allSatisfy { $0 } == expected)
  }
}
