import TestSupport
import Testing

@testable import Gateway

@Suite("Idle connections") struct IdleQueueTests {
  private final class Connection {}

  private static func ids(_ count: Int) -> [Connection] { (0..<count).map { _ in Connection() } }

  @Test("come up oldest first, each once, and not after they were removed")
  func order() {
    let connections = Self.ids(200)
    let ids = connections.map { ObjectIdentifier($0) }
    var queue = IdleQueue()
    for id in ids { queue.append(id) }
    for id in ids.prefix(150) { queue.remove(id) }
    queue.append(ids[0])
    var popped: [ObjectIdentifier] = []
    while let id = queue.popOldest() { popped.append(id) }
    #expect(popped == Array(ids[150...]) + [ids[0]])
    #expect(queue.ids.isEmpty)
  }

  @Test("come up as in a plain list, whatever happens to them, and however often it was compacted")
  func model() {
    let connections = Self.ids(40)
    let ids = connections.map { ObjectIdentifier($0) }
    var random = SeededRandom(seed: 20261130)
    var queue = IdleQueue()
    var plain: [ObjectIdentifier] = []
    for _ in 0..<20_000 {
      let id = ids[Int.random(in: 0..<ids.count, using: &random)]
      switch Int.random(in: 0..<8, using: &random) {
      case 0..<4:
        queue.append(id)
        plain.removeAll { $0 == id }
        plain.append(id)
      case 4..<7:
        queue.remove(id)
        plain.removeAll { $0 == id }
      default: #expect(queue.popOldest() == (plain.isEmpty ? nil : plain.removeFirst()))
      }
      guard Set(queue.ids) == Set(plain) else {
        Issue.record("the queue holds others than the list")
        return
      }
    }
  }
}
