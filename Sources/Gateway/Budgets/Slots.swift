/// Values that are found by a number, which is theirs until they are removed.
struct Slots<Element> {
  private var elements: [Element?] = []
  private var free: [Int] = []

  mutating func insert(_ element: Element) -> Int {
    guard let number = free.popLast() else {
      elements.append(element)
      return elements.count - 1
    }
    elements[number] = element
    return number
  }

  /// The value that had the number, which another value may get now.
  mutating func remove(_ number: Int) -> Element? {
    guard let element = elements[number] else { return nil }
    elements[number] = nil
    free.append(number)
    return element
  }

  subscript(number: Int) -> Element? { elements[number] }

  /// Changes a value in its place.
  @inline(__always)
  mutating func change(_ number: Int, _ body: (inout Element?) -> Void) { body(&elements[number]) }

  var all: [(number: Int, element: Element)] {
    elements.indices.compactMap { number in elements[number].map { (number, $0) } }
  }
}
