import NIOCore
import Observability
import RegistryProtocols
import StrictParsers
import Testing

@testable import Gateway

@Suite("The requests that a publish becomes") struct PublishMachineRequestsTests {
  /// Sends the file, then asks whether it is there.
  private struct StreamThenAsk: UpstreamExchange {
    private var hasAsked = false

    func begin(_ upload: InspectedUpload?) -> UpstreamRequest { UpstreamRequest(.put, "/there", .streamed) }

    mutating func next(after response: UpstreamResponse) throws(UnexpectedResponse) -> UpstreamStep {
      if hasAsked { return .relay }
      hasAsked = true
      return .send(UpstreamRequest(.get, "/done"))
    }
  }

  /// Takes every answer for a refusal.
  private struct Distrustful: UpstreamExchange {
    func begin(_ upload: InspectedUpload?) -> UpstreamRequest { UpstreamRequest(.put, "/there", .streamed) }
    func next(after response: UpstreamResponse) -> UpstreamStep { .refuse(status: 422) }
  }

  @Test("end with the status that the ecosystem reads in the answer") func refused() throws {
    var rehearsal = try Rehearsal(.byUploadToken, route: PublishRoute(body: .stream(PublishSample.target), exchange: Distrustful()))
    try rehearsal.handle(.begin, .tokenFound, .reserved)
    rehearsal.handle(event: Self.piece(1))
    try rehearsal.handle(.credentialLoaded, .connectedFromPool)
    try rehearsal.handle(.bodyEnded, .sentWhole)
    guard case .judge(let answer) = try rehearsal.handle(.answered) else {
      Issue.record("goes on")
      return
    }
    #expect(answer.head.status == 422 && answer.head.reason.isEmpty)
  }

  private static let several = PublishRoute(body: .stream(PublishSample.target), exchange: StreamThenAsk())

  private static func piece(_ bytes: Int) -> PublishMachine.Event { .body(ByteBuffer(repeating: 7, count: bytes)) }

  /// An upload by an upload token, until it waits for the answer to its first request.
  private static func first(of bytes: Int, from origin: Happening) throws -> Rehearsal {
    var rehearsal = try Rehearsal(.byUploadToken, route: several)
    try rehearsal.handle(.begin, .tokenFound, .reserved)
    rehearsal.handle(event: piece(1))
    try rehearsal.handle(.credentialLoaded, origin)
    if origin == .connectedAnew { try rehearsal.handle(.tokenFound) }
    rehearsal.handle(event: piece(bytes))
    try rehearsal.handle(.bodyEnded, .sentWhole)
    return rehearsal
  }

  @Test("are made on a kept connection without another question to the store, if nothing was waited for") func plain() throws {
    #expect(try Situation.connecting.rehearsal().after(.connectedFromPool).actions.last?.sent == "PUT /acme-widgets/1.0/w.whl")
    #expect(try Situation.connecting.rehearsal().after(.connectedAnew).actions.last?.name == .lookUpToken)
  }

  @Test("are made after another question to the store, if the client was waited for") func slowClient() throws {
    var rehearsal = try Rehearsal(.byUploadToken)
    try rehearsal.handle(.begin, .tokenFound, .reserved, .bodyAwaited, .body, .credentialLoaded)
    #expect(try rehearsal.handle(.connectedFromPool).name == .lookUpToken)
    try rehearsal.handle(.tokenUnknown)
    #expect(rehearsal.reason == "state.ended")
  }

  @Test(
    "are made only while the upload token lives, which may be burnt while the registry answers",
    arguments: [
      Happening.connectedFromPool, .connectedAnew,
    ])
  func burnt(origin: Happening) throws {
    var rehearsal = try Self.first(of: 1, from: .connectedFromPool).after(.answered)
    #expect(try rehearsal.handle(origin).name == .lookUpToken)
    #expect(try rehearsal.after(.tokenFound).actions.last?.sent == "GET /done")
    try rehearsal.handle(.tokenUnknown)
    #expect(rehearsal.reason == "state.ended")
  }

  @Test("are made once more if a kept connection had ended, each with the body that it had", arguments: [1, 100_000])
  func stale(bytes: Int) throws {
    var rehearsal = try Self.first(of: bytes, from: .connectedAnew).after(.answered)
    try rehearsal.handle(.connectedFromPool)
    if rehearsal.state == .rechecking { try rehearsal.handle(.tokenFound) }
    // It has no body of its own: whether the first one's is kept does not matter.
    #expect(try rehearsal.handle(.closedUnanswered).name == .connect)
    #expect(try rehearsal.handle(.connectedAnew, .tokenFound).sent == "GET /done")
    #expect(try rehearsal.handle(.closedUnanswered).conclusion?.outcome.reason?.description == "upstream.closed")
  }

  @Test("are made once more with a streamed body only if all of it is kept", arguments: [(1, true), (64 << 10, false)])
  func staleBody(bytes: Int, isKept: Bool) throws {
    var rehearsal = try Self.first(of: bytes, from: .connectedFromPool)
    #expect(try rehearsal.handle(.closedUnanswered).name == (isKept ? .connect : .record))
    guard isKept else { return }
    guard case .send(_, _, .stream(let beginning)) = try rehearsal.handle(.connectedAnew, .tokenFound) else {
      Issue.record("nothing is sent")
      return
    }
    #expect(Array(beginning.readableBytesView) == [7, 7])
    #expect(try rehearsal.handle(.upstreamReady).name == .finishBody)
  }

  @Test(
    "frame the pieces of a body as it came: by chunks, or by its length",
    arguments: [
      (SampleUpload.chunked, "14\r\nthe bytes of a wheel\r\n"), (.streamed, "the bytes of a wheel"),
    ])
  func framing(upload: SampleUpload, expected: String) throws {
    var rehearsal = try Rehearsal(upload)
    try rehearsal.handle(.begin, .keys, .reserved, .body, .credentialLoaded)
    guard case .send(_, _, .stream(let beginning)) = try rehearsal.handle(.connectedAnew) else {
      Issue.record("nothing is sent")
      return
    }
    #expect(String(buffer: beginning) == expected)
    guard case .forward(let piece) = try rehearsal.handle(.body) else {
      Issue.record("nothing is forwarded")
      return
    }
    #expect(String(buffer: piece) == expected)
  }
}
