/// The notes of the intents that one transaction opens, as one row holds them: each behind its intent's number and its own length, of 8 bytes each.
struct GroupedNotes {
  /// The row's number, which is the first intent's; `nil` while there is no note.
  private(set) var row: Int64?
  private(set) var count = 0
  private(set) var bytes: [UInt8] = []

  /// Returns the row's number.
  mutating func append(_ note: [UInt8], of intent: IntentID) -> Int64 {
    let row = self.row ?? intent.value
    self.row = row
    count += 1
    Self.append(UInt64(bitPattern: intent.value), to: &bytes)
    Self.append(UInt64(note.count), to: &bytes)
    bytes += note
    return row
  }

  private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
    for shift in stride(from: 56 as UInt64, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: number &>> shift)) }
  }

  /// The note of an intent; `nil` if it is not there, or these are no notes.
  static func note(of intent: IntentID, in bytes: [UInt8]) -> [UInt8]? {
    var rest = bytes[...]
    while let number = Self.number(&rest), let length = Self.number(&rest).flatMap({ Int(exactly: $0) }), length <= rest.count {
      if Int64(bitPattern: number) == intent.value { return Array(rest.prefix(length)) }
      rest = rest.dropFirst(length)
    }
    return nil
  }

  private static func number(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
    guard rest.count >= 8 else { return nil }
    defer { rest = rest.dropFirst(8) }
    return rest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}
