/// Connections on which no request runs, in the order in which they became so.
///
/// Each operation takes constant time on average: what was removed stays in the queue until it comes up, or until the queue is mostly that.
struct IdleQueue {
  private var stamps: [ObjectIdentifier: UInt64] = [:]
  private var queue: [(id: ObjectIdentifier, stamp: UInt64)] = []
  private var first = 0
  private var nextStamp: UInt64 = 0

  var ids: some Collection<ObjectIdentifier> { stamps.keys }

  mutating func append(_ id: ObjectIdentifier) {
    stamps[id] = nextStamp
    queue.append((id, nextStamp))
    nextStamp += 1
    if queue.count > 2 * stamps.count + 64 { compact() }
  }

  mutating func remove(_ id: ObjectIdentifier) { stamps[id] = nil }

  /// Removes and returns the one that is idle for the longest time.
  mutating func popOldest() -> ObjectIdentifier? {
    while first < queue.count {
      let (id, stamp) = queue[first]
      first += 1
      if stamps[id] == stamp {
        stamps[id] = nil
        return id
      }
    }
    compact()
    return nil
  }

  private mutating func compact() {
    queue = queue[first...].filter { stamps[$0.id] == $0.stamp }
    first = 0
  }
}
