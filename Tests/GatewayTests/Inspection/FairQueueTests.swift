import Testing

@testable import Gateway

@Suite("A fair queue") struct FairQueueTests {
  private static func takeAll(_ queue: inout FairQueue<String, Int>) -> [Int] {
    var taken: [Int] = []
    while let next = queue.next() { taken.append(next.element) }
    return taken
  }

  @Test("gives the keys turns, and each key's elements in their order")
  func turns() {
    var queue = FairQueue<String, Int>(most: 100, ofKey: 100)
    for element in [1, 2, 3] { queue.append(element, of: "a") }
    queue.append(10, of: "b")
    for element in [20, 21] { queue.append(element, of: "c") }
    #expect(Self.takeAll(&queue) == [1, 10, 20, 2, 21, 3])
    #expect(queue.next() == nil)
  }

  @Test("lets one key have its share only, and the next one pass it")
  func share() {
    var queue = FairQueue<String, Int>(most: 4, ofKey: 2)
    for element in 1...5 { queue.append(element, of: "greedy") }
    #expect(Self.takeAll(&queue) == [1, 2])
    queue.append(10, of: "late")
    #expect(Self.takeAll(&queue) == [10])
    queue.finish("greedy")
    #expect(Self.takeAll(&queue) == [3])
  }

  @Test("gives all that waits at once, and goes on")
  func removal() {
    var queue = FairQueue<String, Int>(most: 1, ofKey: 1)
    for element in 1...3 { queue.append(element, of: "a") }
    queue.append(10, of: "b")
    #expect(queue.next()?.element == 1)
    #expect(queue.removeAll().sorted() == [2, 3, 10])
    queue.append(4, of: "a")
    #expect(queue.next() == nil)
    queue.finish("a")
    #expect(queue.next()?.element == 4)
  }

  @Test("never has more out than it may, of however many keys")
  func most() {
    var queue = FairQueue<String, Int>(most: 2, ofKey: 1)
    for element in 0..<4 { queue.append(element, of: "\(element)") }
    #expect(Self.takeAll(&queue) == [0, 1])
    queue.finish("0")
    #expect(Self.takeAll(&queue) == [2])
    queue.finish("unknown")
    #expect(queue.next() == nil)
    queue.finish("1")
    queue.finish("2")
    #expect(Self.takeAll(&queue) == [3])
  }
}
