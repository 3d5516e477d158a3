import StrictParsers
import Testing

@Suite("A request's head") struct HTTPRequestHeadTests {
  private func parse(_ text: String, limits: HTTPHeadLimits = HTTPHeadLimits()) throws(HTTPRefusal) -> RequestHead? {
    var parser = RequestHeadParser(limits: limits)
    guard case .head(let head, _) = try parser.feed(Array(text.utf8).span) else { return nil }
    return head
  }

  @Test("is read in its parts") func parts() throws {
    let text =
      "PUT /generic/a%2Bb/1.0/f?x=1&x=2 HTTP/1.1\r\nHoSt: Packages.Example.ORG:8443\r\nX-One:  a b\t \r\nEmpty:\r\nx-one: c\r\n"
      + "Content-Length: 12\r\nConnection: keep-alive, TE\r\nExpect: 100-Continue\r\n\r\n"
    var parser = RequestHeadParser()
    let bytes = Array((text + "the body").utf8)
    guard case .head(let head, let consumed) = try parser.feed(bytes.span) else { throw HTTPRefusal.truncatedBody }
    #expect(consumed == text.utf8.count)
    #expect(!parser.isInsideHead)
    #expect(head.method == .put && head.version == .http11 && head.framing == .length(12))
    #expect(head.target.text == "/generic/a%2Bb/1.0/f?x=1&x=2")
    #expect(Array(head.target.path) == Array("/generic/a%2Bb/1.0/f".utf8))
    #expect(head.target.query.map { Array($0) } == Array("x=1&x=2".utf8))
    #expect(head.host == HostName("packages.example.org:8443") && head.host.name == "packages.example.org" && head.host.port == 8443)
    #expect(head.keepAlive && head.expectsContinue)
    #expect(head.fields.map(\.nameText) == ["host", "x-one", "empty", "x-one", "content-length", "connection", "expect"])
    #expect(head.fields.map(\.valueText)[0...3] == ["Packages.Example.ORG:8443", "a b", "", "c"])
    #expect(head.fields.values(named: "X-One").map { String(decoding: $0, as: UTF8.self) } == ["a b", "c"])
    #expect(throws: HTTPRefusal.repeatedField) { try head.fields.single(named: "x-one") }
    #expect(try head.fields.single(named: "authorization") == nil)
    #expect(try head.fields.single(named: "EMPTY")?.isEmpty == true)
  }

  @Test(
    "frames its body one way",
    arguments: [
      ("GET / HTTP/1.1\r\nHost: h\r\n\r\n", BodyFraming.none), ("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", .length(0)),
      ("POST / HTTP/1.1\r\nHost: h\r\n\r\n", .none), ("POST / HTTP/1.0\r\nHost: h\r\nContent-Length: 3\r\n\r\n", .length(3)),
      ("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 9223372036854775807\r\n\r\n", .length(.max)),
      ("PATCH / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n", .chunked),
    ])
  func framing(text: String, framing: BodyFraming) throws { #expect(try parse(text)?.framing == framing) }

  @Test(
    "keeps its connection unless it says otherwise",
    arguments: [
      ("HTTP/1.1\r\nHost: h", true), ("HTTP/1.1\r\nHost: h\r\nConnection: Close", false),
      ("HTTP/1.1\r\nHost: h\r\nConnection: te,\t close", false),
      ("HTTP/1.1\r\nHost: h\r\nConnection:", true), ("HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\nConnection: close", false),
      ("HTTP/1.0\r\nHost: h", false), ("HTTP/1.0\r\nHost: h\r\nConnection: keep-alive", false),
    ])
  func keepAlive(rest: String, expected: Bool) throws { #expect(try parse("GET / \(rest)\r\n\r\n")?.keepAlive == expected) }

  @Test(
    "waits for a 100 only where a body follows",
    arguments: [("HTTP/1.1", "3", true), ("HTTP/1.1", "0", false), ("HTTP/1.0", "3", false)])
  func expectsContinue(version: String, length: String, expected: Bool) throws {
    let head = try parse("PUT / \(version)\r\nHost: h\r\nContent-Length: \(length)\r\nExpect: 100-continue\r\n\r\n")
    #expect(head?.expectsContinue == expected)
  }

  static let wrong: [(String, HTTPRefusal)] = [
    ("\r", .malformedMethod), ("\n", .malformedMethod), (" ", .malformedMethod), ("\u{16}", .malformedMethod), ("G(", .malformedMethod),
    ("get ", .unknownMethod), ("CONNECT ", .unknownMethod), ("TRACE ", .unknownMethod), ("OPTIONSX", .unknownMethod),
    ("GET *", .targetNotOriginForm), ("GET h", .targetNotOriginForm), ("GET  ", .targetNotOriginForm),
    ("GET /a\"", .malformedTarget), ("GET /a#", .malformedTarget), ("GET /a\\", .malformedTarget), ("GET /a\0", .malformedTarget),
    ("GET /\u{E9}", .malformedTarget), ("GET /\r", .malformedVersion), ("GET /\n", .bareLineFeed),
    ("GET / h", .malformedVersion), ("GET / HTTP/1.1 ", .malformedVersion), ("GET /  ", .malformedVersion),
    ("GET / HTTP/1.1\n", .bareLineFeed), ("GET / HTTP/1.1\rX", .bareCarriageReturn),
    ("GET / HTTP/2", .unsupportedVersion), ("GET / HTTP/1.2", .unsupportedVersion), ("GET / HTTP/1.x", .malformedVersion),
    ("GET / HTTP/1.1\r\n ", .foldedField), ("GET / HTTP/1.1\r\n\t", .foldedField), ("GET / HTTP/1.1\r\n\n", .bareLineFeed),
    ("GET / HTTP/1.1\r\n:", .malformedFieldName), ("GET / HTTP/1.1\r\nA ", .whitespaceBeforeColon),
    ("GET / HTTP/1.1\r\nA\u{E9}", .malformedFieldName), ("GET / HTTP/1.1\r\nA\0", .malformedFieldName),
    ("GET / HTTP/1.1\r\nA_", .underscoreInFieldName), ("GET / HTTP/1.1\r\nA\r", .missingColon), ("GET / HTTP/1.1\r\nA\n", .bareLineFeed),
    ("GET / HTTP/1.1\r\nA: \0", .controlInFieldValue), ("GET / HTTP/1.1\r\nA: \u{7F}", .controlInFieldValue),
    ("GET / HTTP/1.1\r\nA: \u{E9}", .nonASCIIFieldValue), ("GET / HTTP/1.1\r\nA: b\n", .bareLineFeed),
    ("GET / HTTP/1.1\r\nA: b\rc", .bareCarriageReturn), ("GET / HTTP/1.1\r\nA: b\r\n ", .foldedField),
    ("GET / HTTP/1.1\r\n\rX", .bareCarriageReturn), ("GET / HTTP/1.1\r\n\r\n", .missingHost),
    ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n", .repeatedHost), ("GET / HTTP/1.1\r\nHost: a b\r\n", .malformedHost),
    ("GET / HTTP/1.1\r\nConnection: a b\r\n", .malformedConnection), ("GET / HTTP/1.1\r\nExpect: 200-ok\r\n", .unknownExpectation),
    ("PUT / HTTP/1.1\r\nExpect: 100-continue\r\nExpect: 100-continue\r\n", .repeatedExpectation),
    ("PUT / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n", .repeatedContentLength),
    ("PUT / HTTP/1.1\r\nContent-Length:\r\n", .malformedContentLength),
    ("PUT / HTTP/1.1\r\nContent-Length: +1\r\n", .malformedContentLength),
    ("PUT / HTTP/1.1\r\nContent-Length: 01\r\n", .malformedContentLength),
    ("PUT / HTTP/1.1\r\nContent-Length: 00\r\n", .malformedContentLength),
    ("PUT / HTTP/1.1\r\nContent-Length: 1, 1\r\n", .malformedContentLength),
    ("PUT / HTTP/1.1\r\nContent-Length: 0x1\r\n", .malformedContentLength),
    ("PUT / HTTP/1.1\r\nContent-Length: 1\t\r\n", .malformedContentLength),
    ("PUT / HTTP/1.1\r\nContent-Length: 9223372036854775808\r\n", .contentLengthTooLarge),
    ("PUT / HTTP/1.1\r\nContent-Length: 99999999999999999999999999\r\n", .contentLengthTooLarge),
    ("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", .repeatedTransferEncoding),
    ("PUT / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n", .unknownTransferEncoding),
    ("PUT / HTTP/1.1\r\nTransfer-Encoding:\r\n", .unknownTransferEncoding),
    ("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\t\r\n", .unknownTransferEncoding),
    ("PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n", .transferEncodingInHTTP10),
    ("PUT / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n", .lengthAndTransferEncoding),
    ("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n", .lengthAndTransferEncoding),
    ("GET / HTTP/1.1\r\nContent-Length: 1\r\n", .bodyNotAllowed), ("HEAD / HTTP/1.1\r\nContent-Length: 1\r\n", .bodyNotAllowed),
    ("DELETE / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n", .bodyNotAllowed),
    ("OPTIONS / HTTP/1.1\r\nContent-Length: 1\r\n", .bodyNotAllowed),
  ]

  @Test("is refused at the byte, or at the end of the line, that is wrong, and for ever", arguments: wrong)
  func refusals(text: String, refusal: HTTPRefusal) throws {
    let bytes = Array(text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
    var parser = RequestHeadParser()
    for byte in bytes.dropLast() { _ = try parser.feed([byte].span) }
    #expect(throws: refusal) { try parser.feed([bytes[bytes.count - 1]].span) }
    #expect(throws: refusal) { try parser.feed(Array("GET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8).span) }
    var whole = RequestHeadParser()
    #expect(throws: refusal) { try whole.feed(bytes.span) }
  }

  @Test("ends where a limit ends") func limits() throws {
    let head = "GET /abcdefgh HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n"
    #expect(try parse(head, limits: HTTPHeadLimits(bytes: head.utf8.count, fields: 2, firstLineBytes: 14)) != nil)
    for (limits, refusal) in [
      (HTTPHeadLimits(bytes: head.utf8.count - 1), HTTPRefusal.headTooLarge), (HTTPHeadLimits(fields: 1), .tooManyFields),
      (HTTPHeadLimits(firstLineBytes: 12), .requestLineTooLong),
    ] {
      #expect(throws: refusal) { try parse(head, limits: limits) }
      var parser = RequestHeadParser(limits: limits)
      #expect(throws: refusal) { for byte in head.utf8 { _ = try parser.feed([byte].span) } }
    }
  }

  @Test("is read in time that grows with its length, byte by byte too") func linear() throws {
    let head = Array(
      ("GET / HTTP/1.1\r\nHost: h\r\n" + String(repeating: "A: \(String(repeating: "b", count: 1000))\r\n", count: 30) + "\r\n").utf8)
    let clock = ContinuousClock()
    var parser = RequestHeadParser()
    let elapsed = try clock.measure { for byte in head { _ = try parser.feed([byte].span) } }
    #expect(!parser.isInsideHead)
    // A quadratic reader would look at 450 million bytes.
    #expect(elapsed < .seconds(5))
  }

  @Test("is followed by the next one") func pipeline() throws {
    let one = "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n", two = "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n"
    let connection = HTTPSimulatedConnection(Array((one + two + "GET").utf8))
    #expect(connection.complete.map { String(decoding: $0.target, as: UTF8.self) } == ["/1", "/2"])
    #expect(connection.refusal == nil)
  }
}

@Suite("A refusal of a message") struct HTTPRefusalTests {
  @Test("has a name, a line of explanation and a status of its own kind", arguments: HTTPRefusal.allCases)
  func names(refusal: HTTPRefusal) {
    #expect(refusal.reason.utf8.allSatisfy { ASCII.isLower($0) || ASCII.isDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") })
    #expect(!refusal.explanation.isEmpty && !refusal.explanation.contains("\n"))
    #expect([400, 414, 417, 431, 501, 502, 505].contains(refusal.status))
  }

  @Test("shares its name with no other") func distinct() {
    #expect(Set(HTTPRefusal.allCases.map(\.reason)).count == HTTPRefusal.allCases.count)
    #expect(Set(HTTPRefusal.allCases.map(\.explanation)).count == HTTPRefusal.allCases.count)
  }
}
