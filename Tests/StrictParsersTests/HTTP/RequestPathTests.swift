import StrictParsers
import TestSupport
import Testing

@Suite("A request's path") struct RequestPathTests {
  private func path(_ text: String) throws(RequestPathRefusal) -> RequestPath { try RequestPath(Array(text.utf8)[...]) }

  @Test(
    "is taken apart at its slashes and decoded once",
    arguments: [
      ("/", [], true), ("/a", ["a"], false), ("/a/", ["a"], true),
      ("/simple/foo.bar/1.0-2_3~x/", ["simple", "foo.bar", "1.0-2_3~x"], true),
      ("/%2Bsimple/", ["+simple"], true), ("/+simple/", ["+simple"], true), ("/a%20b/%C3%A9", ["a b", "\u{E9}"], false),
      ("/@scope/pkg", ["@scope", "pkg"], false), ("/a%EF%BC%8Eb", ["a\u{FF0E}b"], false), ("/%E2%80%A6x", ["\u{2026}x"], false),
      ("/%EF%BC%A1%E2%91%A0", ["\u{FF21}\u{2460}"], false),
      ("/a%3Db%26c", ["a=b&c"], false), ("/..a/a../.a", ["..a", "a..", ".a"], false), ("/sha256:abc", ["sha256:abc"], false),
    ] as [(String, [ExactString], Bool)])
  func segments(text: String, segments: [ExactString], hasTrailingSlash: Bool) throws {
    let path = try path(text)
    #expect(path.segments.map(\.text) == segments && path.hasTrailingSlash == hasTrailingSlash)
    #expect(path.bytes.elementsEqual(text.utf8))
    #expect(path.segments.flatMap { [UInt8(ascii: "/")] + $0.bytes } + (hasTrailingSlash ? [UInt8(ascii: "/")] : []) == Array(text.utf8))
  }

  @Test(
    "is forwarded in the form that was decided on",
    arguments: [
      ("/%61cme/%41%7E%2d%2E%5f%30", "/acme/A~-._0", ["acme", "A~-._0"]), ("/%2Bsimple/%61%20b/", "/%2Bsimple/a%20b/", ["+simple", "a b"]),
      ("/a%c3%A9%61", "/a%c3%A9a", ["a\u{E9}a"]), ("/%2e.a", "/..a", ["..a"]),
    ] as [(String, String, [ExactString])])
  func unreserved(text: String, forwarded: String, segments: [ExactString]) throws {
    let path = try path(text)
    #expect(String(decoding: path.bytes, as: UTF8.self) == forwarded && path.segments.map(\.text) == segments)
    let again = try self.path(forwarded)
    #expect(again.bytes == path.bytes && again.segments.map(\.bytes) == path.segments.map(\.bytes))
  }

  @Test(
    "is refused where another reader could see another one",
    arguments: [
      ("", RequestPathRefusal.notAbsolute), ("a", .notAbsolute), ("//a", .emptySegment), ("/a//b", .emptySegment), ("/a//", .emptySegment),
      ("/.", .dotSegment), ("/..", .dotSegment), ("/a/../b", .dotSegment), ("/a/%2e%2E/b", .dotSegment), ("/a/.%2e/b", .dotSegment),
      ("/a/.../b", .dotSegment),
      ("/a/%2e", .dotSegment), ("/a%2fb", .encodedDelimiter), ("/a%2Fb", .encodedDelimiter), ("/a%5cb", .encodedDelimiter),
      ("/a%3fb", .encodedDelimiter),
      ("/a%23b", .encodedDelimiter), ("/a%3bb", .encodedDelimiter), ("/a%252fb", .encodedDelimiter), ("/100%25", .encodedDelimiter),
      ("/a;b", .forbiddenByte), ("/a\\b", .forbiddenByte), ("/a#b", .forbiddenByte), ("/a?b", .forbiddenByte), ("/a b", .forbiddenByte),
      ("/a\0b", .forbiddenByte),
      ("/\u{E9}", .forbiddenByte), ("/a\"b", .forbiddenByte), ("/%00", .encodedControl), ("/%0a", .encodedControl),
      ("/%7F", .encodedControl),
      ("/%", .malformedEscape), ("/%2", .malformedEscape), ("/%2/a", .malformedEscape), ("/%zz", .malformedEscape),
      ("/%%34%31", .malformedEscape), ("/%2541", .encodedDelimiter),
      ("/%u002f", .malformedEscape),
      ("/%c0%ae", .malformedUTF8), ("/%e0%80%af", .malformedUTF8), ("/%ff", .malformedUTF8), ("/%c3", .malformedUTF8),
      ("/%ed%a0%80", .malformedUTF8), ("/%E2%80%A5/a", .compatibilityForm), ("/a/%E2%80%A4", .compatibilityForm),
      ("/a/.%EF%BC%8E", .compatibilityForm), ("/%EF%B9%92%E2%80%A4/a", .compatibilityForm), ("/a/%E2%80%A6", .compatibilityForm),
      ("/a%EF%BC%8Fb", .compatibilityForm), ("/a%EF%BC%BCb", .compatibilityForm), ("/%E2%84%85", .compatibilityForm),
    ])
  func refusals(text: String, refusal: RequestPathRefusal) {
    #expect(throws: refusal) { try path(text) }
  }

  // MARK: Beyond plain paths

  @Test(
    "holds a scoped name in one segment where that is allowed",
    arguments: [
      ("/@scope%2fname", "/@scope%2fname", ["@scope/name"]), ("/@scope%2Fname/", "/@scope%2Fname/", ["@scope/name"]),
      ("/%40scope%2Fname", "/%40scope%2Fname", ["@scope/name"]),
      ("/npm/@s%2fn%61me/-/x", "/npm/@s%2fname/-/x", ["npm", "@s/name", "-", "x"]),
      ("/@a%2fb/@c%2fd", "/@a%2fb/@c%2fd", ["@a/b", "@c/d"]), ("/@.a%2f.b", "/@.a%2f.b", ["@.a/.b"]),
    ] as [(String, String, [ExactString])])
  func scoped(text: String, forwarded: String, segments: [ExactString]) throws {
    #expect(throws: RequestPathRefusal.encodedDelimiter) { try self.path(text) }
    #expect(throws: RequestPathRefusal.encodedDelimiter) { try RequestPath(Array(text.utf8)[...], allowing: .leadingDoubleSlash) }
    let path = try RequestPath(Array(text.utf8)[...], allowing: .encodedScopeSlash)
    #expect(path.segments.map(\.text) == segments && String(decoding: path.bytes, as: UTF8.self) == forwarded)
    #expect(!path.isPlain && path.isAllowed(by: .encodedScopeSlash, behind: 1) && !path.isAllowed(by: .leadingDoubleSlash, behind: 0))
  }

  @Test(
    "may have two slashes where the registry's own path ends if that is allowed",
    arguments: [
      ("//a", "/a", ["a"], 0), ("//a/b/", "/a/b/", ["a", "b"], 0), ("/gems//api/v1", "/gems/api/v1", ["gems", "api", "v1"], 1),
      ("/a/b//c", "/a/b/c", ["a", "b", "c"], 2),
    ] as [(String, String, [ExactString], Int)])
  func doubleSlash(text: String, forwarded: String, segments: [ExactString], prefix: Int) throws {
    #expect(throws: RequestPathRefusal.emptySegment) { try self.path(text) }
    #expect(throws: RequestPathRefusal.emptySegment) { try RequestPath(Array(text.utf8)[...], allowing: .encodedScopeSlash) }
    let path = try RequestPath(Array(text.utf8)[...], allowing: .leadingDoubleSlash)
    #expect(path.segments.map(\.text) == segments && String(decoding: path.bytes, as: UTF8.self) == forwarded && !path.isPlain)
    #expect((0...3).filter { path.isAllowed(by: .leadingDoubleSlash, behind: $0) } == [prefix])
    #expect(!path.isAllowed(by: .encodedScopeSlash, behind: prefix))
  }

  @Test(
    "is refused with everything else as before, whatever is allowed",
    arguments: [
      ("///a", RequestPathRefusal.emptySegment), ("//a//b", .emptySegment), ("//", .emptySegment), ("/a//", .emptySegment),
      ("//..", .dotSegment), ("//%2e/a", .dotSegment), ("/scope%2fname", .encodedDelimiter), ("/@%2fname", .encodedDelimiter),
      ("/@scope%2f", .encodedDelimiter), ("/@scope%2f..", .encodedDelimiter), ("/@scope%2f%2e%2e", .encodedDelimiter),
      ("/@scope%2f.", .encodedDelimiter), ("/@..%2fname", .encodedDelimiter), ("/@scope%2f%E2%80%A5", .encodedDelimiter),
      ("/@scope%2fa%EF%BC%8Fb", .encodedDelimiter), ("/@scope%2fa%2fb", .encodedDelimiter), ("/@scope%252fname", .encodedDelimiter),
      ("/@scope%5cname", .encodedDelimiter), ("/@scope%2fna%5cme", .encodedDelimiter), ("/x@scope%2fname", .encodedDelimiter),
      ("/@scope%2f%00", .encodedDelimiter), ("/@scope%2fname%3fa", .encodedDelimiter), ("/@sc%ffope%2fname", .encodedDelimiter),
    ])
  func stillRefused(text: String, refusal: RequestPathRefusal) {
    #expect(throws: refusal) { try RequestPath(Array(text.utf8)[...], allowing: [.encodedScopeSlash, .leadingDoubleSlash]) }
  }

  @Test("gives the bytes behind a prefix as they came") func prefix() throws {
    let path = try path("/pypi/%2Bsimple/a%20b/")
    #expect(path.hasPrefix(["pypi"]) && path.hasPrefix(["pypi", "+simple"]) && path.hasPrefix([]))
    #expect(!path.hasPrefix(["pyp"]) && !path.hasPrefix(["pypi", "+simple", "a b", ""]))
    #expect(
      (0...4).map { String(decoding: path.bytes(afterSegments: $0), as: UTF8.self) } == [
        "/pypi/%2Bsimple/a%20b/", "/%2Bsimple/a%20b/", "/a%20b/", "/", "/",
      ])
  }

  @Test("of the attack corpus never names another package") func corpus() throws {
    guard let rows = try VectorFile.rows("attacks/paths.jsonl") else { return }
    var refused = 0
    for row in rows {
      let target = HTTPVectorTemplate.fill(try Base64.decode(Array(try #require(row["target"]?.string).utf8)))
      let head = Array("PUT ".utf8) + target + Array(" HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
      var parser = RequestHeadParser()
      do {
        guard case .head(let head, _) = try parser.feed(head.span) else { throw HTTPRefusal.malformedTarget }
        let path = try RequestPath(head.target.path)
        // What is read at all is another path than /generic/{name}/{version}/{file}, or one of the package that it begins with.
        let isUpload = path.segments.count == 4 && !path.hasTrailingSlash
        #expect(!isUpload || path.segments[1].text == "demo-pkg", "\(row["id"]?.string?.text ?? "")")
        #expect(!isUpload || head.target.query != nil || !path.segments[3].text.utf8.elementsEqual("f-7.bin".utf8))
      } catch {
        refused += 1
      }
    }
    print("counted: paths.jsonl: \(rows.count) rows, \(refused) refused")
    #expect(rows.count >= 1710 && refused >= 1584)
  }

  @Test("refusals have distinct names and explanations") func refusalNames() {
    #expect(Set(RequestPathRefusal.allCases.map(\.reason)).count == RequestPathRefusal.allCases.count)
    #expect(Set(RequestPathRefusal.allCases.map(\.explanation)).count == RequestPathRefusal.allCases.count)
  }
}

@Suite("A request's query") struct RequestQueryTests {
  private func query(_ text: String) throws(RequestPathRefusal) -> RequestQuery { try RequestQuery(Array(text.utf8)[...]) }

  @Test(
    "is taken apart at its ampersands",
    arguments: [
      ("", []), ("a=b", [("a", "b")]), ("a", [("a", nil)]), ("a=&a=b=c", [("a", ""), ("a", "b=c")]),
      (":action=file_upload&x=%2F%3B%2B%20", [(":action", "file_upload"), ("x", "/;+ ")]),
    ] as [(String, [(ExactString, ExactString?)])])
  func parameters(text: String, expected: [(ExactString, ExactString?)]) throws {
    let parameters = try query(text).parameters
    #expect(parameters.map(\.name) == expected.map(\.0) && parameters.map(\.value) == expected.map(\.1))
  }

  @Test(
    "is refused where another reader could see another one",
    arguments: [
      ("a=b;c=d", RequestPathRefusal.forbiddenByte), ("a=b+c", .ambiguousPlus), ("&", .emptyParameter), ("a&&b", .emptyParameter),
      ("a&", .emptyParameter),
      ("=b", .emptyParameter), ("a=%zz", .malformedEscape), ("a=%252f", .encodedDelimiter), ("a=%00", .encodedControl),
      ("a=%ff", .malformedUTF8), ("a=\"", .forbiddenByte),
    ])
  func refusals(text: String, refusal: RequestPathRefusal) {
    #expect(throws: refusal) { try query(text) }
  }

  @Test("gives a parameter that stands once") func single() throws {
    let query = try query("a=1&b=2&a=3&c")
    #expect(try query.single(named: "b")?.value == "2" && query.single(named: "d") == nil && query.single(named: "c")?.value == nil)
    #expect(throws: RequestPathRefusal.repeatedParameter) { try query.single(named: "a") }
    #expect(try RequestQuery(nil).parameters.isEmpty)
  }
}
