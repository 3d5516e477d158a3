/// The body of a registry's answer, as the text that its head declares.
struct AnswerText {
  /// Whether it is characters of UTF-8 or ASCII, so that a scan reads what a person reads.
  let isReadable: Bool
  /// Whether it is a page of HTML.
  let isPage: Bool

  init(_ body: [UInt8], type: ArraySlice<UInt8>?) {
    let type = String(decoding: type ?? [], as: UTF8.self).lowercased().filter { $0 != "\"" && $0 != " " }
    let charset = type.split(separator: ";").first { $0.hasPrefix("charset=") }.map { $0.dropFirst("charset=".count) } ?? "utf-8"
    let isControl: (UInt8) -> Bool = { $0 == 0x7F || $0 < 0x20 && ![0x09, 0x0A, 0x0D].contains($0) }
    let isDecodable =
      switch charset {
      case "utf-8", "utf8": String(validating: body, as: UTF8.self) != nil
      case "us-ascii", "ascii", "iso-8859-1", "latin1": body.allSatisfy { $0 < 0x80 }
      default: body.isEmpty
      }
    isReadable = isDecodable && !body.contains(where: isControl)
    let start = String(decoding: body.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }.prefix(14), as: UTF8.self).lowercased()
    isPage = !body.isEmpty && (type.contains("html") || start.hasPrefix("<!doctype html") || start.hasPrefix("<html"))
  }
}
