/// Hands out elements of several keys in turn, and never more of one key at a time than its share.
///
/// Elements of one key come out in the order in which they went in.
struct FairQueue<Key: Hashable, Element> {
  /// Elements that may be out at a time: in all, and of one key.
  private let most: Int
  private let mostOfKey: Int
  private var waiting: [Key: [Element]] = [:]
  /// The keys that have elements waiting. The first is the one whose turn it is.
  private var turns: [Key] = []
  private var out: [Key: Int] = [:]
  private var outInAll = 0

  init(most: Int, ofKey mostOfKey: Int) {
    self.most = most
    self.mostOfKey = mostOfKey
  }

  mutating func append(_ element: Element, of key: Key) {
    waiting[key, default: []].append(element)
    if waiting[key]?.count == 1 { turns.append(key) }
  }

  /// The next element, which counts as out until `finish`; `nil` if there is none that may go out.
  mutating func next() -> (key: Key, element: Element)? {
    guard outInAll < most, let turn = turns.firstIndex(where: { out[$0, default: 0] < mostOfKey }) else { return nil }
    let key = turns.remove(at: turn)
    guard var elements = waiting.removeValue(forKey: key) else { return nil }
    let element = elements.removeFirst()
    if !elements.isEmpty {
      waiting[key] = elements
      turns.append(key)
    }
    out[key, default: 0] += 1
    outInAll += 1
    return (key, element)
  }

  /// Takes out all elements that wait, in no order.
  mutating func removeAll() -> [Element] {
    defer { (waiting, turns) = ([:], []) }
    return waiting.values.flatMap { $0 }
  }

  /// Gives back an element of the key that was out.
  mutating func finish(_ key: Key) {
    guard let count = out[key] else { return }
    out[key] = count == 1 ? nil : count - 1
    outInAll -= 1
  }
}

extension FairQueue: Sendable where Key: Sendable, Element: Sendable {}
