import StrictParsers
import Testing

@Suite("A multipart form reader") struct MultipartFormReaderTests {
  @Test(
    "takes its boundary from a Content-Type",
    arguments: [
      "multipart/form-data; boundary=b", "multipart/form-data;boundary=b", "multipart/form-data; boundary=\"b\"",
    ])
  func contentTypes(contentType: String) throws {
    let body = Array(MultipartReading.body(head: "Content-Disposition: form-data; name=\"a\"").utf8)
    #expect(try MultipartReading([body], contentType: contentType.utf8).parts.count == 1)
  }

  @Test(
    "refuses any other Content-Type",
    arguments: [
      ("", .mediaType), ("multipart/form-data", .mediaType), ("multipart/form-data;", .mediaType),
      ("multipart/form-data; boundary", .mediaType), ("multipart/form-data; boundary=", .mediaType),
      ("multipart/form-data; boundary=\"\"", .boundary), ("multipart/form-data; boundary=\"b", .mediaType),
      ("multipart/form-data; boundary=b; boundary=b", .mediaType), ("multipart/form-data; boundary=b; Boundary=c", .mediaType),
      ("multipart/form-data; boundary=b; charset=utf-8", .mediaType), ("multipart/form-data; charset=utf-8; boundary=b", .mediaType),
      ("multipart/form-data; boundary*=utf-8''b", .mediaType), ("multipart/form-data; boundary*0=b", .mediaType),
      ("multipart/form-data; boundary=b, multipart/form-data; boundary=c", .mediaType), ("multipart/form-data; boundary=b ", .mediaType),
      ("multipart/form-data; boundary =b", .mediaType), ("multipart/form-data; boundary= b", .mediaType),
      ("multipart/form-data  ; boundary=b", .mediaType), ("multipart/form-data;  boundary=b", .mediaType),
      ("multipart/form-data;\tboundary=b", .mediaType), (" multipart/form-data; boundary=b", .mediaType),
      ("multipart/mixed; boundary=b", .mediaType), ("multipart/form-data-x; boundary=b", .mediaType),
      ("Multipart/Form-Data; boundary=b", .mediaType), ("multipart/form-data; boundary=\"a b\"", .boundary),
      ("multipart/form-data; boundary=\"a\\b\"", .mediaType), ("multipart/form-data; boundary=b--", .boundary),
      ("multipart/form-data; boundary=b%20", .boundary), ("multipart/form-data; boundary=\u{e9}", .mediaType),
      ("multipart/form-data; boundary=" + String(repeating: "b", count: 71), .boundary),
    ] as [(String, MultipartRefusal)])
  func otherContentTypes(contentType: String, refusal: MultipartRefusal) {
    #expect(throws: refusal) { try MultipartFormReader(contentType: contentType.utf8) }
  }

  @Test("takes a boundary of 70 bytes")
  func longestBoundary() throws {
    let boundary = String(repeating: "b", count: 70)
    let body = Array("--\(boundary)\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n--\r\n--\(boundary)--".utf8)
    #expect(try MultipartReading([body], contentType: "multipart/form-data; boundary=\(boundary)".utf8).parts.first?.content == [45, 45])
  }

  @Test(
    "reads a head",
    arguments: [
      ("Content-Disposition: form-data; name=\":action\"", MultipartPartHead(name: ":action")),
      ("content-disposition: form-data;name=\"a\"", MultipartPartHead(name: "a")),
      (
        "Content-Disposition: form-data; name=\"content\"; filename=\"a-1.0+x.tar.gz\"",
        MultipartPartHead(name: "content", fileName: "a-1.0+x.tar.gz")
      ),
      ("Content-Disposition: form-data; filename=\"f\"; name=\"a\"", MultipartPartHead(name: "a", fileName: "f")),
      (
        "CONTENT-TYPE: application/octet-stream\r\nContent-Disposition: form-data; name=\"a\"; filename=\"f\"",
        MultipartPartHead(name: "a", fileName: "f", contentType: "application/octet-stream")
      ),
      (
        "Content-Disposition: form-data; name=\"a\"\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit",
        MultipartPartHead(name: "a", contentType: "text/plain; charset=UTF-8")
      ),
      (
        "content-transfer-encoding: Binary\r\ncontent-disposition: form-data; name=\"a\"", MultipartPartHead(name: "a")
      ),
    ] as [(String, MultipartPartHead)])
  func heads(lines: String, head: MultipartPartHead) throws {
    #expect(try MultipartReading(MultipartReading.body(head: lines)).parts == [.init(head: head, content: [0x78])])
  }

  @Test(
    "refuses a head",
    arguments: [
      ("Content-Type: text/plain", .disposition), ("Content-Disposition: form-data", .disposition),
      ("Content-Disposition: form-data; filename=\"f\"", .disposition), ("Content-Disposition: attachment; name=\"a\"", .disposition),
      ("Content-Disposition: Form-Data; name=\"a\"", .disposition), ("Content-Disposition: form-data; name=a", .disposition),
      ("Content-Disposition: form-data; name='a'", .disposition), ("Content-Disposition: form-data; Name=\"a\"", .disposition),
      ("Content-Disposition: form-data; name=\"a\"; name=\"b\"", .disposition),
      ("Content-Disposition: form-data; name=\"a\"; NAME=\"b\"", .disposition),
      ("Content-Disposition: form-data; name=\"a\"; filename=\"f\"; filename=\"g\"", .disposition),
      ("Content-Disposition: form-data; name=\"a\"; filename=\"f\"; filename*=utf-8''f", .disposition),
      ("Content-Disposition: form-data; name=\"a\"; filename*=utf-8''f", .disposition),
      ("Content-Disposition: form-data; name*=utf-8''a", .disposition),
      ("Content-Disposition: form-data; name*0=\"a\"; name*1=\"b\"", .disposition),
      ("Content-Disposition: form-data; name=\"a\"; size=1", .disposition), ("Content-Disposition: form-data; name=\"a\";", .disposition),
      ("Content-Disposition: form-data; name=\"a\" ; filename=\"f\"", .disposition),
      ("Content-Disposition: form-data; name =\"a\"", .disposition), ("Content-Disposition: form-data; name= \"a\"", .disposition),
      ("Content-Disposition: form-data; name=\"a", .disposition), ("Content-Disposition: form-data; name=\"a\"b", .disposition),
      ("Content-Disposition: form-data; name=\"a\\\"b\"", .disposition), ("Content-Disposition: form-data; name=\"a\\b\"", .disposition),
      ("Content-Disposition: form-data; name=\"\"", .partName), ("Content-Disposition: form-data; name=\"a%22\"", .partName),
      ("Content-Disposition: form-data; name=\"a b\"", .partName), ("Content-Disposition: form-data; name=\"a;b\"", .partName),
      ("Content-Disposition: form-data; name=\"_charset_\"", .partName), ("Content-Disposition: form-data; name=\"=?x?q?a?=\"", .partName),
      ("Content-Disposition: form-data; name=\"a\"; filename=\"\"", .fileName),
      ("Content-Disposition: form-data; name=\"a\"; filename=\".\"", .fileName),
      ("Content-Disposition: form-data; name=\"a\"; filename=\"..\"", .fileName),
      ("Content-Disposition: form-data; name=\"a\"; filename=\"a/b\"", .fileName),
      ("Content-Disposition: form-data; name=\"a\"; filename=\"a\\b\"", .disposition),
      ("Content-Disposition: form-data; name=\"a\"; filename=\"a%2fb\"", .fileName),
      ("Content-Disposition: form-data; name=\"a\"; filename=\"a b\"", .fileName),
      ("Content-Disposition: form-data; name=\"a\"; filename=\"=?utf-8?b?YQ==?=\"", .fileName),
      ("Content-Disposition: form-data; name=\"\u{e9}\"", .headLine), ("Content-Disposition: form-data; name=\"a\u{0}\"", .headLine),
      ("Content-Disposition: form-data; name=\"a\u{7f}\"", .headLine), ("Content-Disposition:\tform-data; name=\"a\"", .headLine),
      ("Content-Disposition: form-data;\r\n name=\"a\"", .headLine), ("Content-Disposition : form-data; name=\"a\"", .headLine),
      ("Content-Disposition:form-data; name=\"a\"", .headLine), ("Content-Disposition:  form-data; name=\"a\"", .headLine),
      ("Content-Disposition: form-data; name=\"a\" ", .headLine), (" Content-Disposition: form-data; name=\"a\"", .headLine),
      ("Content-Disposition: form-data; name=\"a\"\nContent-Type: a/b", .headLine),
      ("Content-Disposition: form-data; name=\"a\"\rContent-Type: a/b", .headLine),
      ("Content-Disposition: form-data; name=\"a\"\r\n\nContent-Type: a/b", .headLine),
      ("Content-Disposition: form-data; name=\"a\"\r\nContent-Type", .headLine),
      ("Content-Disposition: form-data; name=\"a\"\r\nContent-Type: ", .headLine), (": x", .headLine),
      ("Content-Disposition: form-data; name=\"a\"\r\ncontent-disposition: form-data; name=\"b\"", .repeatedField),
      ("Content-Type: a/b\r\nContent-Type: a/b\r\nContent-Disposition: form-data; name=\"a\"", .repeatedField),
      (
        "Content-Transfer-Encoding: 8bit\r\nContent-Transfer-Encoding: 8bit\r\nContent-Disposition: form-data; name=\"a\"", .repeatedField
      ),
      ("Content-Disposition: form-data; name=\"a\"\r\nContent-Length: 1", .unknownField),
      ("Content-Disposition: form-data; name=\"a\"\r\nContent_Disposition: form-data; name=\"b\"", .unknownField),
      ("Content-Disposition: form-data; name=\"a\"\r\nX-A: b", .unknownField),
      ("Content-Disposition: form-data; name=\"a\"\r\nContent-Type: multipart/mixed; boundary=c", .partType),
      ("Content-Disposition: form-data; name=\"a\"\r\nContent-Type: Multipart/mixed", .partType),
      ("Content-Disposition: form-data; name=\"a\"\r\nContent-Type: message/rfc822", .partType),
      ("Content-Disposition: form-data; name=\"a\"\r\nContent-Type: text/plain; charset=utf-7", .partType),
      ("Content-Disposition: form-data; name=\"a\"\r\nContent-Type: text/plain; charset=utf-8; charset=utf-7", .partType),
      ("Content-Disposition: form-data; name=\"a\"\r\nContent-Type: text/plain; x=y", .partType),
      ("Content-Disposition: form-data; name=\"a\"\r\nContent-Type: text", .partType),
      ("Content-Disposition: form-data; name=\"a\"\r\nContent-Type: text/", .partType),
      ("Content-Disposition: form-data; name=\"a\"\r\nContent-Type: text/plain, text/html", .partType),
      ("Content-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: base64", .transferEncoding),
      ("Content-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: quoted-printable", .transferEncoding),
      ("Content-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: 7bit", .transferEncoding),
    ] as [(String, MultipartRefusal)])
  func refusedHeads(lines: String, refusal: MultipartRefusal) {
    #expect(throws: refusal) { try MultipartReading(MultipartReading.body(head: lines)) }
  }

  @Test(
    "reads .NET's heads where it is told to",
    arguments: [
      ("name=package; filename=package.nupkg; filename*=utf-8''package.nupkg", nil), ("name=package; filename=\"package.nupkg\"", nil),
      ("name=package; filename=package.nupkg; filename*=utf-8''other.nupkg", .fileName),
      ("name=package; filename=package.nupkg; filename*=UTF-8''package.nupkg", .fileName),
      ("name=package; filename*=utf-8''package.nupkg", .fileName), ("name=; filename=package.nupkg", .disposition),
      ("name=package; name*=utf-8''package", .disposition),
    ] as [(String, MultipartRefusal?)])
  func dotNet(parameters: String, refusal: MultipartRefusal?) throws {
    let body = MultipartReading.body(head: "Content-Disposition: form-data; \(parameters)")
    #expect(throws: MultipartRefusal.self) { try MultipartReading(body) }
    if let refusal {
      #expect(throws: refusal) { try MultipartReading(body, dialect: .dotNet) }
    } else {
      #expect(try MultipartReading(body, dialect: .dotNet).parts.first?.head.fileName == "package.nupkg")
    }
  }

  @Test("lets a bare LF end NuGet 2's form, and no part before")
  func bareLineFeed() throws {
    let head = "--b\r\nContent-Disposition: form-data; name=\"package\"; filename=\"package\"\r\n\r\nx\n--b"
    #expect(try MultipartReading(head + "--", dialect: .dotNet).parts.map(\.content) == [[0x78]])
    #expect(throws: MultipartRefusal.ambiguousDelimiter) { try MultipartReading(head + "--") }
    #expect(throws: MultipartRefusal.ambiguousDelimiter) { try MultipartReading(head + "\r\n", dialect: .dotNet) }
    #expect(throws: MultipartRefusal.ambiguousDelimiter) {
      try MultipartReading(MultipartReading.body(head: "Content-Disposition: form-data; name=\"a\"", content: "--b--"), dialect: .dotNet)
    }
  }

  @Test(
    "keeps the content of a part to the byte",
    arguments: [
      "", "x", "\r", "\n", "\r\n", "\r\n\r\n", "\r\r\n", "-", "--", "\r\n-", "\r\n--", "\n-", "\r\n--a", "--a", "x--b", "--c\r\n--",
      "\r--b",
      "\n\n\n", "\r\r\r", "\r\n\r", "\r\n-\r\n--\r\n--c",
    ])
  func content(content: String) throws {
    let body = Array(MultipartReading.body(head: "Content-Disposition: form-data; name=\"a\"", content: content).utf8)
    let contentType = "multipart/form-data; boundary=b".utf8
    #expect(try MultipartReading([body], contentType: contentType).parts.map(\.content) == [Array(content.utf8)])
    #expect(try MultipartReading(body.map { [$0] }, contentType: contentType).parts.map(\.content) == [Array(content.utf8)])
    for place in body.indices {
      let halves = [Array(body[..<place]), Array(body[place...])]
      #expect(try MultipartReading(halves, contentType: contentType).parts.map(\.content) == [Array(content.utf8)])
    }
  }

  @Test(
    "refuses a body that two parsers could cut in different places",
    arguments: [
      ("", .incomplete), ("--b", .incomplete), ("--b\r\n", .incomplete), ("--b--", .noParts), ("--b--\r\n", .noParts),
      ("\n--b\r\n@\r\n\r\n\r\n--b--", .preamble), ("\r\n\r\n--b\r\n@\r\n\r\n\r\n--b--", .preamble),
      ("x\r\n--b\r\n@\r\n\r\n\r\n--b--", .preamble),
      ("--c\r\n@\r\n\r\n\r\n--c--", .preamble),
      ("--B\r\n", .preamble), ("--b \r\n@\r\n\r\n\r\n--b--", .delimiterLine), ("--b\n@\r\n\r\n\r\n--b--", .delimiterLine),
      ("--b\r@\r\n\r\n\r\n--b--", .delimiterLine), ("--b-\r\n", .delimiterLine), ("--b\r\n\r\nx\r\n--b--", .disposition),
      ("--b\r\n@\r\n\r\nx\r\n--b --", .delimiterLine), ("--b\r\n@\r\n\r\nx\r\n--bc\r\n--b--", .delimiterLine),
      ("--b\r\n@\r\n\r\nx\r\n--b\r\r\n--b--", .delimiterLine), ("--b\r\n@\r\n\r\nx\r\n--b\n--b--", .delimiterLine),
      ("--b\r\n@\r\n\r\nx\r\n--b-x", .delimiterLine), ("--b\r\n@\r\n\r\nx\n--b--\r\n", .ambiguousDelimiter),
      ("--b\r\n@\r\n\r\nx\n--b\r\n--b--\r\n", .ambiguousDelimiter), ("--b\r\n@\r\n\r\n\n--b--\r\n", .ambiguousDelimiter),
      ("--b\r\n@\r\n\r\n--b--\r\n", .ambiguousDelimiter), ("--b\r\n@\r\n\r\n--bc\r\n--b--\r\n", .ambiguousDelimiter),
      ("--b\r\n@\r\n--b--\r\n", .incomplete), ("--b\r\n@\n\nx\r\n--b--\r\n", .incomplete),
      ("--b\r\n@\r\n\r\nx", .incomplete), ("--b\r\n@\r\n\r\nx\r\n--b", .incomplete), ("--b\r\n@\r\n\r\nx\r\n--b-", .incomplete),
      ("--b\r\n@\r\n\r\nx\r\n--b--\r", .epilogue), ("--b\r\n@\r\n\r\nx\r\n--b--\n", .epilogue),
      ("--b\r\n@\r\n\r\nx\r\n--b--\r\n\r\n", .epilogue), ("--b\r\n@\r\n\r\nx\r\n--b-- ", .epilogue),
      ("--b\r\n@\r\n\r\nx\r\n--b--\r\n--b\r\n@\r\n\r\nx\r\n--b--\r\n", .epilogue),
    ] as [(String, MultipartRefusal)])
  func refusedBodies(template: String, refusal: MultipartRefusal) {
    let disposition = "Content-Disposition: form-data; name=\"a\""
    let body = template.split(separator: "@" as Character, omittingEmptySubsequences: false).joined(separator: disposition)
    #expect(throws: refusal) { try MultipartReading(body) }
    let bytes = Array(body.utf8)
    #expect(throws: refusal) { try MultipartReading(bytes.map { [$0] }, contentType: "multipart/form-data; boundary=b".utf8) }
  }

  @Test("takes one CRLF before the first delimiter, as distutils writes it, for an empty preamble")
  func emptyPreamble() throws {
    let body = MultipartReading.body(head: "Content-Disposition: form-data; name=\"a\"")
    let whole = Array("\r\n\(body)".utf8)
    let expected = try MultipartReading(body)
    for chunks in [[whole], whole.map { [$0] }] {
      #expect(try MultipartReading(chunks, contentType: "multipart/form-data; boundary=b".utf8) == expected)
    }
  }

  @Test("counts parts and the bytes of heads")
  func limits() throws {
    let part = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n"
    let twice = part + part + "--b--"
    let headLength = part.utf8.count - 8
    #expect(try MultipartReading(twice, limits: .init(parts: 2, headLength: headLength)).parts.count == 2)
    #expect(throws: MultipartRefusal.tooManyParts) { try MultipartReading(twice, limits: .init(parts: 1)) }
    #expect(throws: MultipartRefusal.headTooLong) { try MultipartReading(twice, limits: .init(headLength: headLength - 1)) }
  }

  @Test("goes on refusing once it has refused")
  func staysRefused() throws {
    var reader = try MultipartFormReader(contentType: "multipart/form-data; boundary=b".utf8)
    let good = Array(MultipartReading.body(head: "Content-Disposition: form-data; name=\"a\"").utf8)
    var offset = 0
    #expect(throws: MultipartRefusal.preamble) { try reader.next(in: [0x20].span, at: &offset) }
    offset = 0
    #expect(throws: MultipartRefusal.preamble) { try reader.next(in: good.span, at: &offset) }
    #expect(throws: MultipartRefusal.preamble) { try reader.finish() }
  }
}
