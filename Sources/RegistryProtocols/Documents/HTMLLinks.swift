import StrictParsers

/// Writes an HTML page anew with other links in its `href` attributes. Everything else stays byte for byte.
struct HTMLLinks {
  private let page: [UInt8]
  private let links: LinkRewrite
  private var index = 0
  private var written: [UInt8] = []
  /// The bytes before it are written.
  private var copied = 0

  /// `nil` if the page is not in an encoding in which ASCII stands for itself.
  static func rewrite(_ page: [UInt8], _ links: LinkRewrite) -> [UInt8]? {
    guard !page.contains(0) else { return nil }
    var rewriting = HTMLLinks(page, links)
    rewriting.run()
    return rewriting.written
  }

  private init(_ page: [UInt8], _ links: LinkRewrite) {
    self.page = page
    self.links = links
    written.reserveCapacity(page.count)
  }

  private mutating func run() {
    while let open = page[index...].firstIndex(of: UInt8(ascii: "<")) {
      index = open + 1
      switch next {
      case UInt8(ascii: "!") where page[index...].starts(with: "!--".utf8):
        // `<!-->` is a whole comment for browsers.
        index += 1
        skip(past: Array("-->".utf8))
      case UInt8(ascii: "!"), UInt8(ascii: "?"), UInt8(ascii: "/"): skip(past: [UInt8(ascii: ">")])
      case let byte? where ASCII.isAlpha(byte): readTag()
      default: break
      }
    }
    written += page[copied...]
  }

  private var next: UInt8? { index < page.count ? page[index] : nil }

  private mutating func skip(past end: [UInt8]) {
    while index < page.count, !page[index...].starts(with: end) { index += 1 }
    index = min(index + end.count, page.count)
  }

  private mutating func skip(while isSkipped: (UInt8) -> Bool) { while let byte = next, isSkipped(byte) { index += 1 } }

  /// HTML's white space (section 13.2.5.32).
  private static func isSpace(_ byte: UInt8) -> Bool { " \t\n\u{C}\r".utf8.contains(byte) }

  private mutating func readTag() {
    let name = readName()
    while true {
      skip { Self.isSpace($0) || $0 == UInt8(ascii: "/") }
      guard let byte = next else { return }
      guard byte != UInt8(ascii: ">") else { break }
      readAttribute()
    }
    index += 1
    // What stands in these two is text for every reader.
    if [Array("script".utf8), Array("style".utf8)].contains(name) { skipText(of: name) }
  }

  private mutating func skipText(of name: [UInt8]) {
    let end = Array("</".utf8) + name
    while index < page.count, !ASCII.equalIgnoringCase(page[index...].prefix(end.count), end) { index += 1 }
  }

  /// In lower case.
  private mutating func readName() -> [UInt8] {
    let start = index
    index += 1
    skip { !Self.isSpace($0) && !"/>=".utf8.contains($0) }
    return ASCII.lowercased(page[start..<index])
  }

  private mutating func readAttribute() {
    let name = readName()
    skip(while: Self.isSpace)
    guard next == UInt8(ascii: "=") else { return }
    index += 1
    skip(while: Self.isSpace)
    guard let quote = next else { return }
    let isQuoted = quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'")
    if isQuoted { index += 1 }
    let start = index
    if isQuoted { skip { $0 != quote } } else { skip { !Self.isSpace($0) && $0 != UInt8(ascii: ">") } }
    if name.elementsEqual("href".utf8) { rewriteLink(start..<index) }
    if isQuoted, index < page.count { index += 1 }
  }

  private mutating func rewriteLink(_ place: Range<Int>) {
    guard let first = page[place].firstIndex(where: { !Self.isSpace($0) }), mayBeAbsolute(page[first]) else { return }
    var link: [UInt8] = []
    // Where each byte of the link ends on the page.
    var ends: [Int] = []
    var index = first
    while index < place.upperBound {
      if page[index] == UInt8(ascii: "&"), let reference = PageEscapes.reference(page[index..<place.upperBound]) {
        link.append(reference.byte)
        index += reference.length
      } else {
        link.append(page[index])
        index += 1
      }
      ends.append(index)
    }
    guard let replacement = links.replacement(in: link) else { return }
    written += page[copied..<first]
    for byte in replacement.path.utf8 {
      switch byte {
      case UInt8(ascii: "&"): written += "&amp;".utf8
      case UInt8(ascii: "'"): written += "&#39;".utf8
      default: written.append(byte)
      }
    }
    copied = replacement.count == 0 ? first : ends[replacement.count - 1]
  }

  /// A path from the root, a URL, or an escape of either.
  private func mayBeAbsolute(_ byte: UInt8) -> Bool { "/hH&".utf8.contains(byte) }
}
