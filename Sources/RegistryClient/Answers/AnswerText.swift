import StrictParsers

/// The body of a registry's answer, as the text that its head declares.
struct AnswerText {
  /// Whether it is characters of UTF-8 or ASCII, so that a scan reads what a person reads.
  let isReadable: Bool
  /// Whether it is a page of HTML.
  let isPage: Bool

  init(_ body: [UInt8], type: ArraySlice<UInt8>?) {
    let type = ASCII.lowercased((type ?? []).filter { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: " ") })
    let isDecodable =
      switch Charset(of: type) {
      case .utf8: (try? UTF8Span(validating: body.span)) != nil
      case .ascii: body.allSatisfy { $0 < 0x80 }
      case .other: body.isEmpty
      }
    isReadable = isDecodable && !body.contains(where: Self.isControl)
    let start = ASCII.lowercased(Array(body.drop(while: Self.isSpace).prefix(14)))
    isPage = !body.isEmpty && (type.holds(Self.html) || Self.beginningsOfPages.contains { start.starts(with: $0) })
  }

  private static let html = Array("html".utf8)
  private static let beginningsOfPages = ["<!doctype html", "<html"].map { Array($0.utf8) }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || isLineOrTab(byte) }
  private static func isControl(_ byte: UInt8) -> Bool { byte == 0x7F || byte < 0x20 && !isLineOrTab(byte) }
  private static func isLineOrTab(_ byte: UInt8) -> Bool { byte == 0x09 || byte == 0x0A || byte == 0x0D }
}

/// How a `Content-Type` says that its body is written.
private enum Charset {
  case utf8
  /// Also ISO 8859-1, of which only ASCII is read.
  case ascii
  case other

  private static let parameter = Array("charset=".utf8)

  /// - Parameter type: In lower case, without spaces and quotes.
  init(of type: [UInt8]) {
    guard let parameter = type.split(separator: UInt8(ascii: ";")).first(where: { $0.starts(with: Self.parameter) }) else {
      self = .utf8
      return
    }
    self =
      switch String(decoding: parameter.dropFirst(Self.parameter.count), as: UTF8.self) {
      case "utf-8", "utf8": .utf8
      case "us-ascii", "ascii", "iso-8859-1", "latin1": .ascii
      default: .other
      }
  }
}
