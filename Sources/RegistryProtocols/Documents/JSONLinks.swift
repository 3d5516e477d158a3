import StrictParsers

/// Writes a JSON document anew with other links under the keys of one name, at whatever depth. Everything else stays byte for byte.
struct JSONLinks {
  private let document: [UInt8]
  private let key: [UInt8]
  private let links: LinkRewrite
  /// Whether a link becomes a whole URL, for readers that resolve none.
  private let isAbsolute: Bool
  private var index = 0
  private var depth = 0
  private var written: [UInt8] = []
  /// The bytes before it are written.
  private var copied = 0

  /// `nil` if the document is not a whole JSON object.
  static func rewrite(_ document: [UInt8], under key: String, isAbsolute: Bool = false, _ links: LinkRewrite) -> [UInt8]? {
    var rewriting = JSONLinks(document, key, links, isAbsolute: isAbsolute)
    return rewriting.run() ? rewriting.written : nil
  }

  private init(_ document: [UInt8], _ key: String, _ links: LinkRewrite, isAbsolute: Bool) {
    self.document = document
    self.key = Array(key.utf8)
    self.links = links
    self.isAbsolute = isAbsolute
    written.reserveCapacity(document.count)
  }

  private mutating func run() -> Bool {
    skipSpace()
    guard next == UInt8(ascii: "{") else { return false }
    while let byte = next {
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        guard depth >= 0 else { return false }
      case UInt8(ascii: "\""):
        guard readMember() else { return false }
        continue
      default: break
      }
      index += 1
    }
    written += document[copied...]
    return depth == 0
  }

  private var next: UInt8? { index < document.count ? document[index] : nil }

  private mutating func skipSpace() { while let byte = next, " \t\n\r".utf8.contains(byte) { index += 1 } }

  /// A string, and if it is a key whose value is a string, that too. False if a string has no end, or is none.
  private mutating func readMember() -> Bool {
    guard let name = readString() else { return false }
    skipSpace()
    guard next == UInt8(ascii: ":") else { return true }
    index += 1
    skipSpace()
    guard next == UInt8(ascii: "\"") else { return true }
    guard let value = readString() else { return false }
    guard let text = text(name) else { return false }
    return text != key || rewriteLink(value)
  }

  /// The place of a string, without its quotation marks; `nil` if it has no end.
  private mutating func readString() -> Range<Int>? {
    index += 1
    let start = index
    while let byte = next, byte != UInt8(ascii: "\"") { index += byte == UInt8(ascii: "\\") ? 2 : 1 }
    guard index < document.count else { return nil }
    defer { index += 1 }
    return start..<index
  }

  /// What a string says; `nil` if its escapes are none.
  private func text(_ place: Range<Int>) -> [UInt8]? {
    guard document[place].contains(UInt8(ascii: "\\")) else { return Array(document[place]) }
    let quotationMark = [UInt8(ascii: "\"")]
    return (try? StrictJSON.parse(quotationMark + document[place] + quotationMark))?.string.map { Array($0.utf8) }
  }

  private mutating func rewriteLink(_ place: Range<Int>) -> Bool {
    guard let link = text(place) else { return false }
    guard let replacement = links.replacement(in: link) else { return true }
    let beginning = isAbsolute ? links.publicURL.text : replacement.path
    written += document[copied..<place.lowerBound]
    if link.count == place.count {
      written += beginning.utf8
      copied = place.lowerBound + replacement.count
    } else {
      let rewritten = beginning + String(decoding: link[replacement.count...], as: UTF8.self)
      written += JSONValue.string(ExactString(rewritten)).encoded().dropFirst().dropLast()
      copied = place.upperBound
    }
    return true
  }
}
