import Configuration
import NIOCore
import NIOEmbedded
import RegistryClient
import RegistryProtocols
import StrictParsers
import Testing

@testable import Gateway

@Suite("An answer of a registry") struct UpstreamPollingTests {
  /// What the registry sends, whether it then ends its stream, and what is read of it: status, body, and whether the connection may serve again.
  private static let answers: [(String, ended: Bool, expected: String)] = [
    ("HTTP/1.1 201 C\r\nContent-Length: 2\r\n\r\nok", false, "201 ok exact"),
    ("HTTP/1.1 201 C\r\nContent-Length: 2\r\n\r\nokHTTP", false, "201 ok surplus"),
    ("HTTP/1.1 204 N\r\n\r\n", false, "204  exact"),
    ("HTTP/1.1 200 O\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n", false, "200 ok exact"),
    ("HTTP/1.1 200 O\r\n\r\nok", true, "200 ok open"), ("HTTP/1.1 200 O\r\n\r\n", true, "200  open"),
    ("HTTP/1.1 100 C\r\n\r\nHTTP/1.1 103 E\r\nLink: x\r\n\r\nHTTP/1.1 201 C\r\nContent-Length: 0\r\n\r\n", false, "201  exact"),
    (String(repeating: "HTTP/1.1 102 P\r\n\r\n", count: 9), false, "upstream.malformed-answer"),
    ("HTTP/1.1 200 O\r\nContent-Length: 3\r\n\r\nok", true, "200 ok upstream.closed"),
    ("HTTP/1.1 200 O\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n", true, "200 o upstream.closed"),
    ("HTTP/1.1 200 O\r\nTransfer-Encoding: chunked\r\n\r\nzz", false, "200  upstream.malformed-answer"),
    ("HTTP/1.1 20", true, "upstream.closed"), ("", true, "upstream.closed"), ("SMTP ready\r\n", false, "upstream.malformed-answer"),
  ]

  private static func end(_ connection: UpstreamConnection) -> String {
    connection.isExactlyFramed ? "exact" : connection.sentSurplus ? "surplus" : "open"
  }

  /// By looking at what has come, in pieces of `size` bytes.
  private static func polled(_ text: String, ended: Bool, by size: Int) async throws -> String {
    try await SampleConnection.run { sample in
      let connection = UpstreamConnection(sample.bytes, slot: nil, wasReused: false, limits: Limits())
      defer { connection.giveBack() }
      var pieces = stride(from: 0, to: text.utf8.count, by: size).map { start in
        String(decoding: text.utf8.dropFirst(start).prefix(size), as: UTF8.self)
      }[...]
      var words = ""
      do throws(UpstreamFailure) {
        var head: ResponseHead?
        while true {
          if head == nil, let found = try connection.pollHead(answering: .post) {
            head = found
            words = "\(found.status) "
          }
          if head != nil {
            switch try connection.pollBody() {
            case .data(let data):
              words += String(buffer: data)
              continue
            case .ended: return "\(words) \(end(connection))"
            case .waiting: break
            }
          }
          if let piece = pieces.popFirst() { sample.receive(piece) } else if ended { sample.endInput() } else { return words + "?" }
        }
      } catch {
        return words + (words.isEmpty ? "" : " ") + error.code.rawValue
      }
    }
  }

  /// By waiting for it.
  private static func awaited(_ text: String, ended: Bool) async throws -> String {
    let sample = try await SampleConnection.open()
    try await sample.channel.testingEventLoop.executeInContext {
      if !text.isEmpty { sample.receive(text) }
      if ended { sample.endInput() }
    }
    let connection = UpstreamConnection(sample.bytes, slot: nil, wasReused: false, limits: Limits())
    defer { connection.giveBack() }
    var words = ""
    do throws(UpstreamFailure) {
      words = "\(try await connection.answerHead(to: .post, by: .distantFuture).status) "
      while let data = try await connection.nextBody(by: .distantFuture) { words += String(buffer: data) }
      return "\(words) \(end(connection))"
    } catch {
      return words + (words.isEmpty ? "" : " ") + error.code.rawValue
    }
  }

  @Test("is the same however it comes, and whether it is waited for or looked at", arguments: answers)
  func parity(text: String, ended: Bool, expected: String) async throws {
    // What comes behind the answer's end is seen only if it comes with it.
    for size in expected.hasSuffix("surplus") ? [10_000] : [1, 2, 7, 10_000] {
      #expect(try await Self.polled(text, ended: ended, by: size) == expected, "by \(size)")
    }
    #expect(try await Self.awaited(text, ended: ended) == expected)
  }

  @Test("has begun with its first byte") func hasAnswered() async throws {
    let answered = try await SampleConnection.run { sample in
      let connection = UpstreamConnection(sample.bytes, slot: nil, wasReused: true, limits: Limits())
      defer { connection.giveBack() }
      _ = try connection.pollHead(answering: .post)
      let before = connection.hasAnswered
      sample.receive("H")
      _ = try connection.pollHead(answering: .post)
      return [before, connection.hasAnswered]
    }
    #expect(answered == [false, true])
  }
}
