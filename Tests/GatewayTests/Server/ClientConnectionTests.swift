import NIOCore
import NIOEmbedded
import StrictParsers
import Testing

@testable import Gateway

@Suite("The connection of a client that a task serves") struct ClientConnectionTests {
  @Test("ends at once with a head that is not well-formed, whatever is behind it", .timeLimit(.minutes(1)))
  func malformed() async throws {
    let sample = try await SampleConnection.open()
    let connection = ClientConnection(sample.bytes, limits: Limits())
    try await sample.channel.testingEventLoop.executeInContext { sample.receive("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n") }
    #expect(await connection.nextHead() == nil)
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
