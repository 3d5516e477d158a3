package import Digests
package import StrictParsers

/// One JSON object on one line, written in one pass.
///
/// Whatever could make a terminal, a log pipeline or a reader see something else than what is there is escaped: controls, DEL, line and
/// paragraph separators, marks that are not seen or that change the direction of the text, and code points without a meaning.
/// Bytes that are not UTF-8 become U+FFFD.
package struct JSONLine: ~Copyable {
  private var bytes: [UInt8] = []

  package init() {
    bytes.reserveCapacity(2048)
    bytes.append(UInt8(ascii: "{"))
  }

  /// The object and its line feed.
  package consuming func finish() -> [UInt8] {
    bytes.append(UInt8(ascii: "}"))
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  package mutating func member(_ name: StaticString, _ text: String?) {
    guard let text else { return }
    begin(name)
    quote(text)
  }

  package mutating func member(_ name: StaticString, _ text: ExactString?) { member(name, text?.text) }

  /// What a stranger sent, of whatever encoding.
  package mutating func member(_ name: StaticString, bytes text: [UInt8]?) {
    guard let text else { return }
    member(name, String(decoding: text, as: UTF8.self))
  }

  package mutating func member(_ name: StaticString, _ number: Int64?) {
    guard let number else { return }
    begin(name)
    bytes.append(contentsOf: String(number).utf8)
  }

  package mutating func member(_ name: StaticString, _ flag: Bool) {
    begin(name)
    bytes.append(contentsOf: (flag ? "true" : "false").utf8)
  }

  package mutating func member(_ name: StaticString, _ time: Timestamp) {
    begin(name)
    bytes.append(UInt8(ascii: "\""))
    time.append(to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  /// Whole milliseconds.
  package mutating func member(_ name: StaticString, _ duration: Duration?) {
    guard let duration else { return }
    let (seconds, attoseconds) = duration.components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    member(name, overflow ? Int64.max : whole &+ attoseconds / 1_000_000_000_000_000)
  }

  /// `sha256:` and 64 digits, or the digits alone.
  package mutating func member(_ name: StaticString, _ digest: SHA256Digest?, prefixed: Bool = true) {
    guard let digest else { return }
    begin(name)
    bytes.append(UInt8(ascii: "\""))
    if prefixed { bytes.append(contentsOf: "sha256:".utf8) }
    digest.appendHex(to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  package mutating func member(_ name: StaticString, _ value: JSONValue) {
    begin(name)
    append(value)
  }

  /// A member whose name is known only now.
  package mutating func member(named name: String, _ value: JSONValue) {
    separate()
    quote(name)
    bytes.append(UInt8(ascii: ":"))
    append(value)
  }

  /// Members that were encoded before, with commas between them.
  mutating func append(encodedMembers members: [UInt8]) {
    guard !members.isEmpty else { return }
    separate()
    bytes.append(contentsOf: members)
  }

  /// The members of an object alone, with commas between them, and the prefix, which needs no escape, before each name.
  static func encodeMembers(of object: JSONObject, prefix: StaticString) -> [UInt8] {
    var line = JSONLine()
    line.bytes.removeAll(keepingCapacity: true)
    for member in object.members {
      line.separate()
      line.bytes.append(UInt8(ascii: "\""))
      line.append(prefix)
      line.append(escaped: member.name.text)
      line.bytes.append(UInt8(ascii: "\""))
      line.bytes.append(UInt8(ascii: ":"))
      line.append(member.value)
    }
    return line.bytes
  }

  /// One value alone, without a line feed.
  package static func encode(_ value: JSONValue) -> [UInt8] {
    var line = JSONLine()
    line.bytes = []
    line.append(value)
    return line.bytes
  }

  private mutating func append(_ value: JSONValue) {
    switch value {
    case .null, .bool, .integer, .number: bytes.append(contentsOf: value.encoded())
    case .string(let text): quote(text.text)
    case .array(let elements):
      bytes.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        append(element)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let object):
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in object.members.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        quote(member.name.text)
        bytes.append(UInt8(ascii: ":"))
        append(member.value)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  /// The names in the sources need no escape.
  private mutating func begin(_ name: StaticString) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    append(name)
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
  }

  private mutating func append(_ text: StaticString) {
    unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  private mutating func separate() {
    if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
  }

  private mutating func quote(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    append(escaped: text)
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func append(escaped text: String) {
    let isAppended = unsafe text.utf8.withContiguousStorageIfAvailable { text in
      guard unsafe Self.needsNoEscape(text.span) else { return false }
      unsafe bytes.append(contentsOf: text)
      return true
    }
    if isAppended != true { for scalar in text.unicodeScalars { escape(scalar) } }
  }

  /// Without a branch for each byte.
  private static func needsNoEscape(_ text: Span<UInt8>) -> Bool {
    var others: UInt8 = 0
    for position in text.indices {
      let byte = text[position]
      others |= (byte &- 0x20) < 0x5F ? 0 : 1
      others |= byte == UInt8(ascii: "\"") ? 1 : 0
      others |= byte == UInt8(ascii: "\\") ? 1 : 0
    }
    return others == 0
  }

  private mutating func escape(_ scalar: Unicode.Scalar) {
    switch scalar.value {
    case 0x22, 0x5C:
      bytes.append(UInt8(ascii: "\\"))
      bytes.append(UInt8(truncatingIfNeeded: scalar.value))
    case 0x0A: bytes.append(contentsOf: "\\n".utf8)
    case 0x0D: bytes.append(contentsOf: "\\r".utf8)
    case 0x09: bytes.append(contentsOf: "\\t".utf8)
    case 0x20..<0x7F: bytes.append(UInt8(truncatingIfNeeded: scalar.value))
    default:
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate,
        .unassigned:
        for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter { escape(unit: unit) }
      default: bytes.append(contentsOf: scalar.utf8)
      }
    }
  }

  private mutating func escape(unit: UTF16.CodeUnit) {
    bytes.append(contentsOf: "\\u".utf8)
    for shift in [12, 8, 4, 0] as [UInt32] { appendDigit(UInt32(unit) >> shift) }
  }

  /// The lower-case digit of the last four bits.
  private mutating func appendDigit(_ value: UInt32) {
    let nibble = UInt8(truncatingIfNeeded: value & 0xF)
    bytes.append(nibble < 10 ? 0x30 &+ nibble : 0x57 &+ nibble)
  }
}
