import Configuration
import NIOCore
import NIOEmbedded
import RegistryProtocols
import StrictParsers
import Testing

@testable import Gateway

@Suite("The body of a request") struct RequestBodyPollTests {
  private static func body(
    _ fields: String..., on connection: SampleConnection, _ limits: Limits = Limits(), _ resources: RequestResources? = nil
  ) throws -> RequestBody {
    let head = try PublishSample.head((["PUT /f HTTP/1.1"] + fields.filter { !$0.isEmpty }).joined(separator: "\r\n"))
    let budgets = Budgets(limits, DescriptorLimits(total: 1024))
    return RequestBody(
      of: head, on: connection.bytes, limits: limits, resources: try resources ?? RequestResources(budgets, headBytes: head.byteCount))
  }

  /// What is there of the body, in words: its bytes, and how it stands.
  private static func poll(_ body: RequestBody) -> String {
    var words = ""
    while true {
      do throws(BodyRefusal) {
        switch try body.poll() {
        case .data(let buffer): words += String(buffer: buffer)
        case .waiting: return words + "…"
        case .ended: return words + "."
        }
      } catch {
        return words + "!\(error.code.rawValue)"
      }
    }
  }

  @Test(
    "is read as it comes, to its end and no further",
    arguments: [
      (["Content-Length: 5"], ["he", "llo"], ["he…", "llo."], ""), (["Content-Length: 5"], ["helloPUT "], ["hello."], "PUT "),
      (["Content-Length: 0"], ["PUT "], ["."], "PUT "), ([], ["PUT "], ["."], "PUT "),
      (["Transfer-Encoding: chunked"], ["2\r\nhe\r\n3\r\n", "llo\r\n0\r\n\r\nPUT "], ["he…", "llo."], "PUT "),
      (["Transfer-Encoding: chunked"], ["2\r\nhe\r\nzz"], ["!body.malformed"], ""),
    ])
  func progress(fields: [String], pieces: [String], expected: [String], rest: String) async throws {
    let (polled, left, count) = try await SampleConnection.run { connection in
      let body = try Self.body(fields.joined(separator: "\r\n"), on: connection)
      var polled: [String] = []
      for piece in pieces {
        connection.receive(piece)
        polled.append(Self.poll(body))
      }
      return (polled, body.isComplete ? connection.input : "", body.bytesReceived)
    }
    #expect(polled == expected && left == rest)
    #expect(count == Int64(expected.joined().prefix { $0 != "!" }.count { "helo".contains($0) }))
  }

  @Test("ends early if its client does, and says so") func incomplete() async throws {
    let words = try await SampleConnection.run { connection in
      let body = try Self.body("Content-Length: 5", on: connection)
      connection.receive("he")
      connection.endInput()
      return Self.poll(body)
    }
    #expect(words == "he!body.incomplete")
  }

  @Test("is refused as soon as it is larger than it may be") func tooLarge() async throws {
    let words = try await SampleConnection.run { connection in
      var limits = Limits()
      limits.upload = 4
      let body = try Self.body("Transfer-Encoding: chunked", on: connection, limits)
      connection.receive("4\r\nhell\r\n")
      let first = Self.poll(body)
      connection.receive("1\r\no\r\n")
      return first + Self.poll(body)
    }
    #expect(words == "hell…!body.too-large")
  }

  @Test("is accepted once, by the first look that finds too little") func accepted() async throws {
    let connection = try await SampleConnection.open()
    try await connection.channel.testingEventLoop.executeInContext {
      let body = try Self.body("Content-Length: 2\r\nExpect: 100-continue", on: connection)
      #expect(Self.poll(body) == "…")
      #expect(Self.poll(body) == "…")
    }
    #expect(try await connection.written() == "HTTP/1.1 100 Continue\r\n\r\n")
  }

  @Test("gives way to another request while it is waited for, and never once it is whole") func displaced() async throws {
    let connection = try await SampleConnection.open()
    let loop = connection.channel.testingEventLoop
    let budgets = Budgets(Limits(), DescriptorLimits(total: 1024))
    for (text, expected) in [("he", "he…!body.displaced"), ("hello", "hello..")] {
      let resources = try RequestResources(budgets, headBytes: 1)
      let (first, body) = try await loop.executeInContext {
        connection.bytes.assumeIsolated { $0.beginRequest() }
        let body = try Self.body("Content-Length: 5", on: connection, Limits(), resources)
        connection.receive(text)
        return (Self.poll(body), NIOLoopBound(body, eventLoop: loop))
      }
      try await loop.executeInContext { if !body.value.isComplete { body.value.giveWay() } }
      await loop.run()
      let second = try await loop.executeInContext { Self.poll(body.value) }
      #expect(first + second == expected)
    }
  }

  @Test("is waited for until its time is over") func deadline() async throws {
    let words = try await SampleConnection.run { connection in
      var limits = Limits()
      limits.bodyTimeout = Milliseconds(milliseconds: 0)
      let late = try Self.body("Content-Length: 5", on: connection, limits)
      let early = try Self.body("Content-Length: 5", on: connection)
      var words: [String] = []
      for body in [late, early] {
        words.append(Self.poll(body))
        do throws(BodyRefusal) {
          try body.waitIsOver()
          words.append("goes on")
        } catch {
          words.append(error.code.rawValue)
        }
      }
      return words
    }
    #expect(words == ["…", "body.timed-out", "…", "goes on"])
  }
}
