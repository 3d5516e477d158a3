/// What was noted last: at most so many entries, of which the older half is forgotten when the newer one is full. Nothing is searched.
struct Generations<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private let most: Int
  private var newer: [Key: Value] = [:]
  private var older: [Key: Value] = [:]

  init(most: Int) { self.most = most }

  subscript(key: Key) -> Value? { newer[key] ?? older[key] }

  mutating func note(_ value: Value, for key: Key) {
    if newer.count >= most / 2, newer[key] == nil { (newer, older) = ([:], newer) }
    newer[key] = value
  }
}
