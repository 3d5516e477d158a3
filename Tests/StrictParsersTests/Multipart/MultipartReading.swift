import StrictParsers

/// A form as `MultipartFormReader` read it, whatever the chunks were.
struct MultipartReading: Equatable {
  struct Part: Equatable {
    var head: MultipartPartHead
    var content: [UInt8] = []
  }

  var parts: [Part] = []

  init(
    _ chunks: [[UInt8]], contentType: some Sequence<UInt8>, limits: MultipartFormReader.Limits = .init(),
    dialect: MultipartPartHead.Dialect = .quoted
  ) throws(MultipartRefusal) {
    var reader = try MultipartFormReader(contentType: contentType, limits: limits, dialect: dialect)
    var isOpen = false
    for chunk in chunks {
      var offset = 0
      while let event = try reader.next(in: chunk.span, at: &offset) {
        switch event {
        case .partBegan(let head):
          parts.append(Part(head: head))
          isOpen = true
        case .data(let range): parts[parts.count - 1].content += chunk[range]
        case .heldBack(let bytes): parts[parts.count - 1].content += bytes
        case .partEnded: isOpen = false
        case .formEnded: precondition(!isOpen)
        }
      }
    }
    try reader.finish()
  }

  /// Reads a body whose boundary is `b`.
  init(_ body: String, limits: MultipartFormReader.Limits = .init(), dialect: MultipartPartHead.Dialect = .quoted)
    throws(MultipartRefusal)
  {
    try self.init([Array(body.utf8)], contentType: "multipart/form-data; boundary=b".utf8, limits: limits, dialect: dialect)
  }

  /// A form of one part with these lines as its head.
  static func body(head: String, content: String = "x") -> String { "--b\r\n\(head)\r\n\r\n\(content)\r\n--b--\r\n" }
}
