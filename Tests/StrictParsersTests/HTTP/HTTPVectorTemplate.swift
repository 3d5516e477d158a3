import StrictParsers

/// The raw bytes of a row of the attack corpus, whose placeholders stand for what a run chooses.
enum HTTPVectorTemplate {
  static let host = "localhost"
  static let authorization = "Authorization: Bearer token"
  static let smuggled = "GET /__smuggled__/7 HTTP/1.1\r\nHost: \(host)\r\n\r\n"

  static func fill(_ template: [UInt8]) -> [UInt8] {
    // @@HEXLEN:base64@@ is one chunk of what it encodes, and the last chunk.
    var bytes = template
    while let start = find("@@HEXLEN:", in: bytes), let length = find("@@", in: Array(bytes[(start + 9)...])) {
      let inner = fill((try? Base64.decode(bytes[(start + 9)..<(start + 9 + length)])) ?? [])
      let chunk = Array("\(String(inner.count, radix: 16))\r\n".utf8) + inner + Array("\r\n0\r\n\r\n".utf8)
      bytes.replaceSubrange(start..<(start + length + 11), with: chunk)
    }
    for (placeholder, value) in [
      ("@@HOST@@", host), ("@@AUTHLINE@@", "\(authorization)\r\n"), ("@@AUTHLINE_LF@@", "\(authorization)\n"),
      ("@@AUTHLINE_CR@@", "\(authorization)\r"), ("@@M@@", "PUT"), ("@@PATH@@", "/generic/demo-pkg/1.0/f-7.bin"),
      ("@@PATHVICTIM@@", "/generic/victim-pkg/1.0/f-7.bin"), ("@@ID@@", "7"), ("@@SMUGBODY@@", smuggled),
      ("@@CL_SMUG@@", "\(smuggled.utf8.count)"),
    ] { bytes = replace(placeholder, value, in: bytes) }
    let rest = (find("\r\n\r\n", in: bytes) ?? find("\n\n", in: bytes).map { $0 - 2 }).map { bytes.count - $0 - 4 } ?? 0
    return replace("@@CL@@", "\(rest)", in: bytes)
  }

  private static func find(_ text: String, in bytes: [UInt8]) -> Int? {
    let text = Array(text.utf8)
    guard bytes.count >= text.count else { return nil }
    return (0...(bytes.count - text.count)).first { bytes[$0] == text[0] && bytes[$0..<($0 + text.count)].elementsEqual(text) }
  }

  private static func replace(_ text: String, _ value: String, in bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var rest = bytes[...]
    let pattern = Array(text.utf8)
    while rest.count >= pattern.count {
      if rest.first == pattern[0], rest.starts(with: pattern) {
        result += value.utf8
        rest = rest.dropFirst(pattern.count)
      } else {
        result.append(rest.removeFirst())
      }
    }
    return result + rest
  }
}
