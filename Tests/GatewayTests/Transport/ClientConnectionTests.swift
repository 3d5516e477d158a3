import Configuration
import NIOCore
import NIOEmbedded
import StrictParsers
import Testing

@testable import Gateway

@Suite("The connection of a client that a task serves") struct ClientConnectionTests {
  @Test("reads nothing behind a head that is not well-formed") func malformed() async throws {
    let sample = try await SampleConnection.open()
    let loop = sample.channel.testingEventLoop
    let connection = ClientConnection(sample.bytes, limits: Limits())
    try await loop.executeInContext { sample.receive("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n") }
    async let head = connection.nextHead()
    while try await loop.executeInContext({ sample.bytes.assumeIsolated { $0.hasInput } }) { await Task.yield() }
    // A reader that goes on takes this, and is ended by what follows.
    try await loop.executeInContext {
      sample.receive("more")
      sample.endInput()
    }
    #expect(await head == nil)
    #expect(try await loop.executeInContext { sample.input } == "more")
  }

  @Test("gives one head after the other, and none once it has ended") func heads() async throws {
    let sample = try await SampleConnection.open()
    let connection = ClientConnection(sample.bytes, limits: Limits())
    try await sample.channel.testingEventLoop.executeInContext {
      sample.receive("GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\nGET")
      sample.endInput()
    }
    var targets: [String] = []
    while let head = await connection.nextHead() { targets.append(head.target.text) }
    #expect(targets == ["/a", "/b"])
  }

  @Test("goes on after four refused exchanges, and not after the fifth") func exchanges() async throws {
    let connection = ClientConnection(try await SampleConnection.open().bytes, limits: Limits())
    #expect((1...6).map { _ in connection.mayGoOnAfterRefusedExchange() } == [true, true, true, true, false, false])
  }
}
