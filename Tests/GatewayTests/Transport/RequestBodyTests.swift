import Configuration
import NIOCore
import StrictParsers
import TestSupport
import Testing

@testable import Gateway

@Suite("The body of a request", .timeLimit(.minutes(10))) struct RequestBodyTests {
  private static let budgets = Budgets(Limits(), DescriptorLimits(total: 10_000))

  private static func limits(_ change: (inout Limits) -> Void = { _ in }) -> Limits {
    var limits = Limits()
    // However slowly the tests run.
    limits.bodyRate = 0
    change(&limits)
    return limits
  }

  /// The pieces of a body, up to its end or to why there are no more.
  private static func pieces(
    of fields: [String], _ said: String, limits: Limits = limits(), ending: Bool = false, followed rest: Int = 0
  ) async throws -> (text: String, refusal: BodyRefusal?, rest: String) {
    var found: (text: String, refusal: BodyRefusal?, rest: String) = ("", nil, "")
    let head = try RequestHead.sample("POST /legacy/", fields)
    try await Loopback.withConnection { pair in
      try await pair.connected.say(said)
      if ending { await pair.connected.finishWriting() }
      (found.text, found.refusal) = await read(head, pair.accepted, limits)
      found.rest = try await pair.accepted.hear(rest)
      if rest > 0 { #expect(await !pair.accepted.hasInput) }
    }
    return found
  }

  private static func read(_ head: RequestHead, _ bytes: isolated ByteChannel, _ limits: Limits) async -> (String, BodyRefusal?) {
    var text = ""
    do throws(BodyRefusal) {
      let resources: RequestResources
      do throws(SharedBudget.Shortage) { resources = try RequestResources(budgets, headBytes: 1) } catch { throw .noMemory(error) }
      let body = RequestBody(of: head, on: bytes, limits: limits, resources: resources)
      while let piece = try await body.next() { text += String(buffer: piece) }
      if !body.isComplete { text += " (not complete)" }
      if body.bytesReceived != text.utf8.count { text += " (counted \(body.bytesReceived))" }
      return (text, nil)
    } catch {
      return (text, error)
    }
  }

  @Test(
    "is what its framing says, and what follows is the next request's",
    arguments: [
      (["Content-Length: 5"], "hello", "hello", ""), (["Content-Length: 5"], "helloGET /", "hello", "GET /"),
      (["Content-Length: 0"], "", "", ""), ([], "", "", ""),
      (["Transfer-Encoding: chunked"], "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\nrest", "hello!", "rest"),
    ])
  func framed(fields: [String], said: String, text: String, rest: String) async throws {
    let found = try await Self.pieces(of: fields, said, followed: rest.utf8.count)
    #expect(found == (text, nil, rest))
  }

  @Test(
    "is refused where it is too much, ends early or is framed wrongly",
    arguments: [
      (["Content-Length: 11"], "hello world", false, "", .tooLarge),
      (["Transfer-Encoding: chunked"], "b\r\nhello world\r\n", false, "", .tooLarge),
      (["Content-Length: 6"], "hello", true, "hello", .incomplete),
      (["Transfer-Encoding: chunked"], "2\r\nhi\r\n", true, "hi", .incomplete),
      (["Transfer-Encoding: chunked"], "x\r\n", false, "", .malformed(.malformedChunkSize)),
    ] as [([String], String, Bool, String, BodyRefusal)])
  func refused(fields: [String], said: String, ending: Bool, text: String, refusal: BodyRefusal) async throws {
    let found = try await Self.pieces(of: fields, said, limits: Self.limits { $0.upload = 10 }, ending: ending)
    #expect(found == (text, refusal, ""))
  }

  @Test("may have as many bytes as are accepted")
  func largest() async throws {
    let found = try await Self.pieces(of: ["Content-Length: 10"], "0123456789", limits: Self.limits { $0.upload = 10 })
    #expect(found == ("0123456789", nil, ""))
  }

  @Test("must be whole in time")
  func timedOut() async throws {
    let found = try await Self.pieces(of: ["Content-Length: 6"], "", limits: Self.limits { $0.bodyTimeout = Milliseconds(milliseconds: 0) })
    #expect(found.refusal == .timedOut)
  }

  @Test("is asked for with a 100 where the client waits for that, once", arguments: [true, false])
  func expectation(isExpected: Bool) async throws {
    let head = try RequestHead.sample("PUT /f", ["Content-Length: 2"] + (isExpected ? ["Expect: 100-continue"] : []))
    try await Loopback.withConnection { pair in
      async let found = Self.read(head, pair.accepted, Self.limits())
      if isExpected { #expect(try await pair.connected.hear(25) == "HTTP/1.1 100 Continue\r\n\r\n") }
      try await pair.connected.say("h")
      try await pair.connected.say("i")
      #expect(await found == ("hi", nil))
      try await pair.accepted.say("answer")
      #expect(try await pair.connected.hear(6) == "answer")
    }
  }

  private static func collect(_ head: RequestHead, _ bytes: isolated ByteChannel, upTo limit: Int) async -> Result<[UInt8], BodyRefusal> {
    do throws(BodyRefusal) {
      let resources: RequestResources
      do throws(SharedBudget.Shortage) { resources = try RequestResources(budgets, headBytes: 1) } catch { throw .noMemory(error) }
      return .success(
        try await RequestBody(of: head, on: bytes, limits: limits(), resources: resources).collect(upTo: limit, within: .minutes(10)))
    } catch {
      return .failure(error)
    }
  }

  @Test("may be taken whole, up to a limit", arguments: [(5, true), (4, false)])
  func collected(limit: Int, fits: Bool) async throws {
    let head = try RequestHead.sample("POST /_/oidc/mint-token", ["Content-Length: 5"])
    try await Loopback.withConnection { pair in
      try await pair.connected.say("hello")
      let found = await Self.collect(head, pair.accepted, upTo: limit)
      #expect(found == (fits ? .success(Array("hello".utf8)) : .failure(.tooLarge)))
    }
  }

  @Test("ends where another request needs its room, and only while it is received")
  func givesWay() async throws {
    let head = try RequestHead.sample("POST /legacy/", ["Content-Length: 5"])
    try await Loopback.withConnection { pair in
      let refusal = await Self.displaced(head, pair.accepted)
      #expect(refusal == .displaced)
    }
  }

  private static func displaced(_ head: RequestHead, _ bytes: isolated ByteChannel) async -> BodyRefusal? {
    do throws(BodyRefusal) {
      let resources: RequestResources
      do throws(SharedBudget.Shortage) { resources = try RequestResources(budgets, headBytes: 1) } catch { throw .noMemory(error) }
      let body = RequestBody(of: head, on: bytes, limits: limits(), resources: resources)
      body.giveWay()
      _ = try await body.next()
      return nil
    } catch {
      return error
    }
  }
}
