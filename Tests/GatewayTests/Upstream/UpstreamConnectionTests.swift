import Configuration
import NIOCore
import RegistryClient
import StrictParsers
import TestSupport
import Testing

@testable import Gateway

@Suite("A request to a registry and its answer", .timeLimit(.minutes(10))) struct UpstreamConnectionTests {
  private static func connection(_ bytes: ByteChannel, limits: Limits = Limits()) -> UpstreamConnection {
    UpstreamConnection(bytes, slot: nil, wasReused: false, limits: limits)
  }

  struct Answer: Equatable, Sendable {
    var status = 0
    var body = ""
    var isExact = false
    var surplus = false
    var failure: UpstreamFailure?
  }

  /// What a registry's answer is found to be.
  private static func read(_ said: String, ending: Bool, to method: HTTPMethod = .post, limit: Int = 100) async throws -> Answer {
    var answer = Answer()
    try await Loopback.withConnection { pair in
      try await pair.accepted.say(said)
      if ending { await pair.accepted.finishWriting() }
      let connection = connection(pair.connected)
      do throws(UpstreamFailure) {
        answer.status = try await connection.answerHead(to: method, by: .soon).status
        answer.body = text(try await connection.collectBody(upTo: limit, by: .soon, in: nil))
      } catch {
        answer.failure = error
      }
      #expect(connection.hasAnswered == !said.isEmpty)
      (answer.isExact, answer.surplus) = (connection.isExactlyFramed, connection.sentSurplus)
    }
    return answer
  }

  private static let ok = "HTTP/1.1 200 OK\r\n"
  private static let interim = "HTTP/1.1 103 Early Hints\r\n\r\n"

  @Test(
    "is the final one, up to its exact end",
    arguments: [
      ("\(ok)Content-Length: 5\r\n\r\nhello", false, .post, Answer(status: 200, body: "hello", isExact: true)),
      ("HTTP/1.1 100 Continue\r\n\r\n\(interim)\(ok)Content-Length: 0\r\n\r\n", false, .post, Answer(status: 200, isExact: true)),
      ("\(ok)Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", false, .post, Answer(status: 200, body: "hi", isExact: true)),
      ("\(ok)\r\nto its end", true, .post, Answer(status: 200, body: "to its end")),
      ("\(ok)Content-Length: 5\r\n\r\n", false, .head, Answer(status: 200, isExact: true)),
      ("HTTP/1.1 204 No Content\r\n\r\n", false, .post, Answer(status: 204, isExact: true)),
      ("\(ok)Content-Length: 2\r\n\r\nhi!", false, .post, Answer(status: 200, body: "hi", surplus: true)),
      ("HTTP/1.1 409 Conflict\r\nContent-Length: 1\r\n\r\nx", false, .post, Answer(status: 409, body: "x", isExact: true)),
    ] as [(String, Bool, HTTPMethod, Answer)])
  func answers(said: String, ending: Bool, method: HTTPMethod, answer: Answer) async throws {
    #expect(try await Self.read(said, ending: ending, to: method) == answer)
  }

  @Test(
    "fails where it is none, or not a whole one",
    arguments: [
      ("", 0, "", .closed), ("HTTP/1.1 20", 0, "", .closed), (interim, 0, "", .closed), ("SSH-2.0-x\r\n", 0, "", .malformedAnswer),
      ("\(ok)Content-Length: 5\r\n\r\nhell", 200, "", .closed), ("\(ok)Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n", 200, "", .closed),
      ("\(ok)Transfer-Encoding: chunked\r\n\r\nx\r\n", 200, "", .malformedAnswer),
      ("\(ok)Content-Length: 5\r\n\r\nhello", 200, "", .answerTooLarge),
      ("\(ok)\r\nhello", 200, "", .answerTooLarge),
    ] as [(String, Int, String, UpstreamFailure)])
  func failures(said: String, status: Int, body: String, failure: UpstreamFailure) async throws {
    let answer = try await Self.read(said, ending: true, limit: 4)
    #expect((answer.status, answer.body, answer.failure) == (status, body, failure))
    #expect(!answer.isExact || failure == .answerTooLarge)
  }

  @Test("may follow eight interim ones, and no more", arguments: [(8, true), (9, false)])
  func interims(count: Int, isRead: Bool) async throws {
    let answer = try await Self.read(
      String(repeating: Self.interim, count: count) + "\(Self.ok)Content-Length: 0\r\n\r\n", ending: false)
    #expect(answer.failure == (isRead ? nil : .malformedAnswer))
  }

  @Test("must come in time, whole and piece by piece")
  func late() async throws {
    try await Loopback.withConnection { pair in
      let connection = Self.connection(pair.connected)
      await #expect(throws: UpstreamFailure.timedOut) { _ = try await connection.answerHead(to: .post, by: .now()) }
      #expect(!connection.hasAnswered)
      try await pair.accepted.say("\(Self.ok)Content-Length: 5\r\n\r\n")
      #expect(try await connection.answerHead(to: .post, by: .soon).status == 200)
      var pace = TransferPace(bytesPerSecond: 1, window: .zero)
      await #expect(throws: UpstreamFailure.timedOut) { _ = try await connection.nextBody(at: &pace) }
      await #expect(throws: UpstreamFailure.timedOut) { _ = try await connection.nextBody(by: .now()) }
    }
  }

  @Test("counts in the memory of the request", arguments: [(5, true), (4, false)])
  func memory(room: Int64, fits: Bool) async throws {
    let budget = SharedBudget(.init(total: room, publisher: room, unverified: room), slowness: 1)
    let memory = budget.reservation(for: .unverified)
    try await Loopback.withConnection { pair in
      try await pair.accepted.say("\(Self.ok)Content-Length: 5\r\n\r\nhello")
      let connection = Self.connection(pair.connected)
      _ = try await connection.answerHead(to: .post, by: .soon)
      if fits {
        #expect(text(try await connection.collectBody(upTo: 100, by: .soon, in: memory)) == "hello")
        #expect(budget.used == 5)
      } else {
        await #expect(throws: UpstreamFailure.busy) { _ = try await connection.collectBody(upTo: 100, by: .soon, in: memory) }
      }
    }
  }

  @Test("is sent until the registry says something, or is gone")
  func sends() async throws {
    try await Loopback.withConnection { pair in
      let connection = Self.connection(pair.connected)
      #expect(try await connection.send(.byteBuffer(ByteBuffer(string: "POST "))) == .taken)
      #expect(try await connection.flush() == .taken)
      #expect(try await pair.accepted.hear(5) == "POST ")
      try await pair.accepted.say(Self.ok)
      await pair.connected.inputArrives()
      #expect(try await connection.send(.byteBuffer(ByteBuffer(string: "more"))) == .inputArrived)
      await pair.connected.abort()
      try await pair.connected.channel.closeFuture.get()
      await #expect(throws: UpstreamFailure.closed) { _ = try await connection.send(.byteBuffer(ByteBuffer(string: "more"))) }
    }
  }

  @Test("ends its connection with the last reference to it, unless the pool has that", arguments: [true, false])
  func end(isGivenBack: Bool) async throws {
    try await Loopback.withConnection { pair in
      do {
        let connection = Self.connection(pair.connected)
        if isGivenBack { connection.giveBack() }
      }
      if isGivenBack {
        try await pair.connected.say("still there")
        #expect(try await pair.accepted.hear(11) == "still there")
      } else {
        try await pair.connected.channel.closeFuture.get()
      }
    }
  }
}
