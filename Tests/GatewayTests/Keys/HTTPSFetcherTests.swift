import NIOCore
import Observability
import StrictParsers
import TestSupport
import Testing

@testable import Gateway

@Suite("A document of an issuer") struct HTTPSFetcherTests {
  private static func outcome(of answer: RawServer.Answer, within limit: Duration = .seconds(60)) async throws -> FetchOutcome {
    let server = try await RawServer.start { _ in answer }
    defer { server.stop() }
    return try await HTTPSFetcher.loopback.outcome(server.url(), within: limit)
  }

  @Test("is asked for with a GET that tells nothing but where it is")
  func request() async throws {
    let server = try await RawServer.start { _ in .document([1, 2]) }
    defer { server.stop() }
    #expect(try await HTTPSFetcher.loopback.outcome(server.url("/a/../b/%2e/c?d=e/f")) == .document([1, 2], maxAge: nil))
    let head = "GET /a/../b/%2e/c?d=e/f HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n"
    #expect(server.heads == [head + "User-Agent: imprimatur\r\nAccept: */*\r\n\r\n"])
  }

  @Test(
    "is what comes with status 200, however its end is told",
    arguments: [
      ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", "{}"), ("HTTP/1.1 200 OK\r\n\r\n{}", "{}"), ("HTTP/1.0 200 OK\r\n\r\n{}", "{}"),
      ("HTTP/1.1 200\r\ncontent-length: 2\r\n\r\n{}", "{}"),
      ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", "{}"),
      ("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", ""), ("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n{}", "{"),
      ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", "{}"),
      ("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nset-cookie: a=b\r\ncontent-length: 2\r\n\r\n{}", "{}"),
    ])
  func documents(answer: String, body: String) async throws { #expect(try await Self.outcome(of: .text(answer)) == .text(body)) }

  @Test(
    "may be kept as long as its Cache-Control says",
    arguments: [("cache-control: max-age=77\r\n", 77), ("Cache-Control: public, no-store\r\n", 0), ("expires: 0\r\n", nil)]
      as [(String, Int64?)])
  func maxAge(field: String, expected: Int64?) async throws {
    #expect(try await Self.outcome(of: .document([1], field)) == .document([1], maxAge: expected))
  }

  @Test(
    "does not come with any other status",
    arguments: [201, 203, 206, 300, 304, 400, 401, 403, 404, 407, 410, 418, 429, 500, 502, 503, 599])
  func statuses(status: Int) async throws {
    #expect(try await Self.outcome(of: .text("HTTP/1.1 \(status) X\r\ncontent-length: 0\r\n\r\n")) == .failed(.status(status)))
  }

  @Test("is not looked for where a redirect leads", arguments: [301, 302, 303, 307, 308])
  func redirects(status: Int) async throws {
    let fields = "location: /elsewhere\r\nrefresh: 0; url=/elsewhere\r\n"
    let server = try await RawServer.start { _ in .text("HTTP/1.1 \(status) X\r\n\(fields)content-length: 2\r\n\r\n{}") }
    defer { server.stop() }
    #expect(try await HTTPSFetcher.loopback.outcome(server.url("/here")) == .failed(.status(status)))
    #expect(server.heads.count == 1)
  }

  // MARK: - Limits

  @Test("has 1 MiB at most", arguments: [0, 1])
  func limit(surplus: Int) async throws {
    let body = [UInt8](repeating: 0x20, count: (1 << 20) + surplus)
    let expected: FetchOutcome = surplus == 0 ? .document(body, maxAge: nil) : .failed(.tooLarge(limit: 1 << 20))
    #expect(try await Self.outcome(of: .document(body)) == expected)
    #expect(try await Self.outcome(of: .bytes(Array("HTTP/1.0 200 OK\r\n\r\n".utf8) + body)) == expected)
  }

  @Test(
    "is given up at that limit when it does not end",
    arguments: [
      ("HTTP/1.1 200 OK\r\n\r\n", ""), ("HTTP/1.1 200 OK\r\ncontent-length: 9223372036854775807\r\n\r\n", ""),
      ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "4000\r\n"),
    ])
  func endlessBody(head: String, chunkHead: String) async throws {
    let piece = Array(chunkHead.utf8) + [UInt8](repeating: 0x20, count: 0x4000) + (chunkHead.isEmpty ? [] : [0x0D, 0x0A])
    #expect(try await Self.outcome(of: .endless(head, then: piece)) == .failed(.tooLarge(limit: 1 << 20)))
  }

  @Test(
    "is given up when its head does not end",
    arguments: ["x-a: b\r\n", "a", "set-cookie: a=b\r\n", "x: \(String(repeating: "a", count: 9000))\r\n"])
  func endlessHead(piece: String) async throws {
    let many = Array(String(repeating: piece, count: 1 + 16_384 / piece.utf8.count).utf8)
    #expect(try await Self.outcome(of: .endless("HTTP/1.1 200 OK\r\n", then: many)) == .transferFailed)
  }

  @Test(
    "is given up when its time is over, however its bytes drip",
    arguments: [
      "", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nx: ", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n100000\r\n", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;",
    ])
  func drip(start: String) async throws {
    let piece: [UInt8] = start.isEmpty ? Array("HTTP/1.1 100 Continue\r\n\r\n".utf8) : [0x61]
    let drip = RawServer.Answer.endless(start, then: piece, pause: .milliseconds(20))
    #expect(try await Self.outcome(of: drip, within: .milliseconds(300)) == .failed(.timedOut))
  }

  @Test("is given up when nothing comes")
  func silence() async throws { #expect(try await Self.outcome(of: .silence, within: .milliseconds(200)) == .failed(.timedOut)) }

  @Test("is not asked for when its time is already over")
  func late() async throws {
    let server = try await RawServer.start { _ in .document([1]) }
    defer { server.stop() }
    for limit in [Duration.zero, .seconds(-1), .seconds(-9_000_000_000)] {
      #expect(try await HTTPSFetcher.loopback.outcome(server.url(), within: limit) == .failed(.timedOut))
    }
    #expect(server.connections == 0)
  }

  @Test("of one issuer does not wait for those of others")
  func parallel() async throws {
    let server = try await RawServer.start { $0.hasPrefix("GET /slow") ? .silence : .document([1]) }
    defer { server.stop() }
    let slow = (0..<16).map { _ in Task { try await HTTPSFetcher.loopback.outcome(server.url("/slow")) } }
    #expect(try await HTTPSFetcher.loopback.outcome(server.url()) == .document([1], maxAge: nil))
    server.stop()
    for task in slow { #expect(try await task.value == .transferFailed) }
  }

  // MARK: - What is no answer

  @Test(
    "is not what breaks off or is no HTTP",
    arguments: [
      "", "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{}",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{}",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nx\r\n{}\r\n0\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}",
      "HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n{}",
      "HTTP/1.1 2000 OK\r\n\r\n{}", "HTTP/3 200\r\n\r\n{}", "HTTP/9.9 200 OK\r\n\r\n{}", "{\"keys\": []}", "220 mail.example ESMTP\r\n",
      "SSH-2.0-x\r\n", "\u{15}\u{3}\u{1}\0\u{2}\u{2}\u{46}",
    ])
  func noAnswers(answer: String) async throws { #expect(try await Self.outcome(of: .text(answer)) == .transferFailed) }

  @Test("is not inflated: nobody asked for it compressed", arguments: ["gzip", "deflate", "br", "zstd"])
  func compressed(coding: String) async throws {
    let bomb = Self.bomb
    #expect(try await Self.outcome(of: .document(bomb, "content-encoding: \(coding)\r\n")) == .document(bomb, maxAge: nil))
  }

  @Test("has 1 MiB at most where libcurl inflates it unasked")
  func bomb() async throws {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n\(String(Self.bomb.count, radix: 16))\r\n"
    let outcome = try await Self.outcome(of: .bytes(Array(head.utf8) + Self.bomb + Array("\r\n0\r\n\r\n".utf8)))
    #expect([.failed(.tooLarge(limit: 1 << 20)), .document(Self.bomb, maxAge: nil), .transferFailed].contains(outcome))
  }

  /// More than 1 MiB of zeros (RFC 1951, section 3.2.6): one, then 258 copies of the byte before, again and again.
  private static var bomb: [UInt8] {
    let bits = "110" + "00110000" + String(repeating: "11000101" + "00000", count: 4100) + "0000000"
    var bytes: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
    for (place, bit) in bits.utf8.enumerated() {
      if place % 8 == 0 { bytes.append(0) }
      bytes[bytes.count - 1] |= (bit - UInt8(ascii: "0")) << (place % 8)
    }
    return bytes
  }

  @Test("can't be had where nobody listens")
  func nobody() async throws {
    let server = try await RawServer.start { _ in .silence }
    try await server.stop().get()
    #expect(try await HTTPSFetcher.loopback.outcome(server.url()) == .transferFailed)
  }
}
