import StrictParsers
import Testing

@Suite("A multipart form writer") struct MultipartFormWriterTests {
  @Test("writes what stands around a streamed file, its length known ahead")
  func streamed() throws {
    var writer = try MultipartFormWriter(boundary: "b0")
    try writer.append(MultipartPartHead(name: ":action"), content: Array("file_upload".utf8))
    try writer.appendStreamedFile(MultipartPartHead(name: "content", fileName: "a.whl", contentType: "application/octet-stream"))
    try writer.append(MultipartPartHead(name: "attestations"), content: [])
    let form = try writer.finish()
    #expect(form.contentType == "multipart/form-data; boundary=b0")
    #expect(
      String(decoding: form.prefix, as: UTF8.self) == """
        --b0\r
        Content-Disposition: form-data; name=":action"\r
        \r
        file_upload\r
        --b0\r
        Content-Disposition: form-data; name="content"; filename="a.whl"\r
        Content-Type: application/octet-stream\r
        \r

        """)
    #expect(
      String(decoding: form.suffix, as: UTF8.self) == """
        \r
        --b0\r
        Content-Disposition: form-data; name="attestations"\r
        \r
        \r
        --b0--\r

        """)
    #expect(form.length(fileLength: 3) == form.prefix.count + form.suffix.count + 3)
    #expect(form.length(fileLength: .max) == nil)
    #expect(form.length(fileLength: -1) == nil)
    let read = try MultipartReading([form.prefix, [0, 13, 10], form.suffix], contentType: form.contentType.utf8)
    #expect(read.parts.map(\.content) == [Array("file_upload".utf8), [0, 13, 10], []])
  }

  @Test(
    "refuses content that holds its delimiter",
    arguments: [("--b0", true), ("x\r\n--b0--", true), ("--b", false), ("-b0", false), ("---b0", true)])
  func delimiters(content: String, isRefused: Bool) throws {
    var writer = try MultipartFormWriter(boundary: "b0")
    if isRefused {
      #expect(throws: MultipartFormWriter.Failure.contentHoldsDelimiter) {
        try writer.append(MultipartPartHead(name: "a"), content: Array(content.utf8))
      }
    } else {
      try writer.append(MultipartPartHead(name: "a"), content: Array(content.utf8))
    }
  }

  @Test(
    "refuses heads that would not be read as they are written",
    arguments: [
      MultipartPartHead(name: ""), MultipartPartHead(name: "a\"; x=\"b"), MultipartPartHead(name: "a\r\nb"), MultipartPartHead(name: "é"),
      MultipartPartHead(name: "a", fileName: "a/b"), MultipartPartHead(name: "a", fileName: "\""),
      MultipartPartHead(name: "a", contentType: "a/b\r\nX: y"), MultipartPartHead(name: "a", contentType: "multipart/mixed"),
    ])
  func heads(head: MultipartPartHead) throws {
    var writer = try MultipartFormWriter(boundary: "b0")
    #expect(throws: MultipartFormWriter.Failure.head) { try writer.append(head, content: []) }
    #expect(throws: MultipartFormWriter.Failure.head) { try writer.appendStreamedFile(head) }
  }

  @Test(
    "refuses boundaries that need quotes or are none", arguments: ["", "a b", "a:b", "b--", "\u{e9}", String(repeating: "b", count: 71)])
  func boundaries(boundary: String) {
    #expect(throws: MultipartFormWriter.Failure.boundary) { try MultipartFormWriter(boundary: ExactString(boundary)) }
  }

  @Test("refuses a second streamed file, and an empty form")
  func misuse() throws {
    var writer = try MultipartFormWriter(boundary: "b0")
    #expect(throws: MultipartFormWriter.Failure.noParts) { try writer.finish() }
    try writer.appendStreamedFile(MultipartPartHead(name: "a", fileName: "f"))
    #expect(throws: MultipartFormWriter.Failure.secondStreamedFile) {
      try writer.appendStreamedFile(MultipartPartHead(name: "b", fileName: "f"))
    }
  }
}
