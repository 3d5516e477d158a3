/// The numbers of a process's intents. None is given twice, and all that earlier processes left open lie below the first.
struct IntentNumbers {
  let first: IntentID
  private var last: Int64
  /// The last one that was given out in a transaction which is known to be done.
  private var lastCertain: Int64

  init(above highest: Int64) {
    last = highest
    lastCertain = highest
    first = IntentID(highest &+ 1)
  }

  /// Those of transactions that failed. A commit that failed may be found done when the database is opened again.
  var doubtful: ClosedRange<Int64>? { last > lastCertain ? lastCertain &+ 1...last : nil }

  mutating func next() -> IntentID {
    last &+= 1
    return IntentID(last)
  }

  mutating func becomeCertain() { lastCertain = last }
}
