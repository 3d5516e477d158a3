package import StrictParsers

extension RequestHead {
  /// The head of a request with these field lines beside its Host.
  package static func sample(_ line: String, _ fields: [String] = [], host: String = "upload.example.com") throws -> RequestHead {
    var parser = RequestHeadParser()
    let text = ([line + " HTTP/1.1", "Host: \(host)"] + fields + ["", ""]).joined(separator: "\r\n")
    switch try parser.feed(Array(text.utf8).span) {
    case .head(let head, _): return head
    case .needMore: throw HTTPRefusal.truncatedBody
    }
  }
}
