import StrictParsers

/// Of a large JSON object, one string at its top and the names in one object below it. The rest is passed over, and takes no memory.
struct JSONOutline: Hashable, Sendable {
  /// `nil` if there is no such string.
  private(set) var string: ExactString?
  private(set) var names: [ExactString] = []

  /// `nil` if the document is not a whole JSON object, or has no object under `object`.
  init?(of document: [UInt8], string: ExactString, namesIn object: ExactString) {
    var reader = Reader(document: document)
    var key: ExactString?
    var hasObject = false
    reader.skipSpace()
    guard reader.next == UInt8(ascii: "{") else { return nil }
    while let byte = reader.next {
      guard byte == UInt8(ascii: "\"") else {
        guard reader.passStructure(byte) else { return nil }
        if reader.depth == 0 { break }
        continue
      }
      guard let place = reader.readString() else { return nil }
      reader.skipSpace()
      guard reader.next == UInt8(ascii: ":") else { continue }
      reader.passColon()
      switch reader.depth {
      case 1:
        guard let name = reader.text(place) else { return nil }
        key = name
        if name == object, reader.next == UInt8(ascii: "{") { hasObject = true }
        guard name == string, reader.next == UInt8(ascii: "\"") else { continue }
        guard let value = reader.readString().flatMap({ reader.text($0) }) else { return nil }
        self.string = value
      case 2 where key == object:
        guard let name = reader.text(place) else { return nil }
        names.append(name)
      default: break
      }
    }
    guard reader.depth == 0, hasObject, reader.isAtEnd else { return nil }
  }

  private struct Reader {
    let document: [UInt8]
    private(set) var depth = 0
    private var index = 0

    init(document: [UInt8]) { self.document = document }

    var next: UInt8? { index < document.count ? document[index] : nil }

    var isAtEnd: Bool { document[index...].allSatisfy { " \t\n\r".utf8.contains($0) } }

    mutating func skipSpace() { while let byte = next, " \t\n\r".utf8.contains(byte) { index += 1 } }

    mutating func passColon() {
      index += 1
      skipSpace()
    }

    /// A byte outside of strings. False if a bracket closes none.
    mutating func passStructure(_ byte: UInt8) -> Bool {
      index += 1
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: break
      }
      return depth >= 0
    }

    /// The place of a string, without its quotation marks; `nil` if it has no end.
    mutating func readString() -> Range<Int>? {
      index += 1
      let start = index
      while let byte = next, byte != UInt8(ascii: "\"") { index += byte == UInt8(ascii: "\\") ? 2 : 1 }
      guard index < document.count else { return nil }
      defer { index += 1 }
      return start..<index
    }

    /// What a string says; `nil` if it is none.
    func text(_ place: Range<Int>) -> ExactString? {
      (try? StrictJSON.parse(document[(place.lowerBound - 1)...place.upperBound]))?.string
    }
  }
}
