import StrictParsers

/// Values by names that were chosen when the program was written, asked for names that strangers choose: a look-up reads few bytes of the name and compares
/// it with few others.
struct NameTable<Value: Sendable>: Sendable {
  struct Entry: Sendable {
    let name: ExactString
    let value: Value
  }

  /// Sorted by the last bits of the names' fingerprints.
  let entries: [Entry]
  /// Where the entries begin whose fingerprint ends in these bits; the last is their number.
  private let starts: [Int]
  private let mask: Int

  init(_ values: [ExactString: Value]) {
    var size = 16
    while size < 4 * values.count { size *= 2 }
    let mask = size - 1
    let slots = Dictionary(grouping: values) { $0.key.fingerprint & mask }
    var entries: [Entry] = []
    var starts = [0]
    for bits in 0...mask {
      entries += (slots[bits] ?? []).map { Entry(name: $0.key, value: $0.value) }
      starts.append(entries.count)
    }
    self.entries = entries
    self.starts = starts
    self.mask = mask
  }

  subscript(name: ExactString) -> Value? {
    let bits = name.fingerprint & mask
    for index in starts[bits]..<starts[bits + 1] where entries[index].name == name { return entries[index].value }
    return nil
  }
}
