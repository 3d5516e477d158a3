/// The fields of a head in the order in which they came, names in lower case, values without the white space around them.
///
/// A value is a view into the head's own bytes; no field costs an allocation.
package struct HeaderFields: Sendable, RandomAccessCollection {
  /// Where one field is in the head.
  struct Line: Sendable {
    let name: Range<Int>
    let value: Range<Int>
  }

  /// The whole head, names in lower case, all else as it came.
  let head: [UInt8]
  private let lines: [Line]

  /// Takes a whole head apart whose lines were found and checked already.
  init(head bytes: consuming [UInt8], lines: [Line]) {
    var span = bytes.mutableSpan
    for line in lines {
      for index in line.name { span[index] = ASCII.lowercased(span[index]) }
    }
    head = bytes
    self.lines = lines
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { lines.count }
  package subscript(index: Int) -> HeaderField { HeaderField(name: head[lines[index].name], value: head[lines[index].value]) }

  /// The values of all fields of a name, whatever the case of its letters.
  package func values(named name: ExactString) -> [ArraySlice<UInt8>] {
    var values: [ArraySlice<UInt8>] = []
    for line in lines where matches(line, name) { values.append(head[line.value]) }
    return values
  }

  /// The value of the only field of a name; `nil` if there is none.
  ///
  /// A repeated field is refused rather than joined or chosen from: two readers would choose differently.
  package func single(named name: ExactString) throws(HTTPRefusal) -> ArraySlice<UInt8>? {
    var found: ArraySlice<UInt8>?
    for line in lines where matches(line, name) {
      guard found == nil else { throw .repeatedField }
      found = head[line.value]
    }
    return found
  }

  private func matches(_ line: Line, _ name: ExactString) -> Bool {
    guard line.name.count == name.utf8.count else { return false }
    var index = line.name.lowerBound
    for byte in name.utf8 {
      guard head[index] == ASCII.lowercased(byte) else { return false }
      index += 1
    }
    return true
  }
}

/// One field of a head.
package struct HeaderField: Sendable {
  /// A token in lower case.
  package let name: ArraySlice<UInt8>
  /// Visible ASCII, spaces and tabs; in answers bytes above 0x7F as well.
  package let value: ArraySlice<UInt8>

  package var nameText: String { String(decoding: name, as: UTF8.self) }
  /// What is not UTF-8, which only an answer's value can be, is replaced.
  package var valueText: String { String(decoding: value, as: UTF8.self) }
}
