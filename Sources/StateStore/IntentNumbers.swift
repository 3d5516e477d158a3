/// The numbers of a process's intents. None is given twice, and all that earlier processes left open lie below the first.
struct IntentNumbers {
  let first: IntentID
  private var last: Int64

  init(above highest: Int64) {
    last = highest
    first = IntentID(highest &+ 1)
  }

  mutating func next() -> IntentID {
    last &+= 1
    return IntentID(last)
  }

  /// Goes on above what another file holds that was put in place of the first one.
  mutating func skip(to other: IntentNumbers) { last = max(last, other.last) }
}
