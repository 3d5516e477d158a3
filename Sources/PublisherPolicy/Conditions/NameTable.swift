import StrictParsers

/// Values by names that were chosen when the program was written, asked for names that strangers choose: a look-up reads few bytes of the name and compares
/// it with few others.
struct NameTable<Value: Sendable>: Sendable {
  private struct Entry: Sendable {
    let name: ExactString
    let value: Value
  }

  /// By the last bits of the names' fingerprints.
  private let slots: [[Entry]]

  init(_ values: [ExactString: Value]) {
    var size = 16
    while size < 4 * values.count { size *= 2 }
    var slots = [[Entry]](repeating: [], count: size)
    for (name, value) in values { slots[name.fingerprint & (size - 1)].append(Entry(name: name, value: value)) }
    self.slots = slots
  }

  subscript(name: ExactString) -> Value? {
    let entries = slots[name.fingerprint & (slots.count - 1)]
    for index in entries.indices where entries[index].name == name { return entries[index].value }
    return nil
  }
}
