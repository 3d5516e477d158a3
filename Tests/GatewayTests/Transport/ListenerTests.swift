import Configuration
import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import Observability
import TestSupport
import Testing

@testable import Gateway

@Suite("A listening socket", .timeLimit(.minutes(10))) struct ListenerTests {
  private static let group = MultiThreadedEventLoopGroup.singleton

  private static func bind(
    _ port: Int, host: String = "127.0.0.1", tls: NIOSSLContext? = nil,
    serve: @escaping @Sendable (isolated ByteChannel) async -> Void = { $0.abort() }
  ) async throws(Listener.Failure) -> Listener {
    try await Listener.bind(ListenAddress(host: host, port: port), on: group, tls: { _ in tls.map { NIOSSLServerHandler(context: $0) } }) {
      $0.serve(serve)
    }
  }

  @Test("says why it can't be had")
  func taken() async throws {
    let first = try await Self.bind(0)
    let port = try #require(first.channel.localAddress?.port)
    await #expect {
      try await Self.bind(port)
    } throws: {
      "\($0)" == "can't listen on 127.0.0.1:\(port): \(SystemError.words(EADDRINUSE))"
    }
    try await first.channel.close()
  }

  @Test(
    "names its address and the cause",
    arguments: [
      (IOError(errnoCode: EACCES, reason: "bind"), "::1", "can't listen on [::1]:443: Permission denied"),
      (ChannelError.eof, "gw", "can't listen on gw:443: it is not an address of this machine"),
    ] as [(any Error, String, String)])
  func words(cause: any Error, host: String, expected: String) {
    #expect(Listener.Failure(address: ListenAddress(host: host, port: 443), cause: cause).description == expected)
  }

  /// Sends back what it hears.
  private static let echo: @Sendable (isolated ByteChannel) async -> Void = { bytes in
    var pace = TransferPace.patient
    while let heard = try? await bytes.read(by: .soon) { try? await bytes.writeAll(heard, until: .flushed, at: &pace) }
    bytes.close()
  }

  @Test("serves each connection by itself")
  func serves() async throws {
    let listener = try await Self.bind(0, serve: Self.echo)
    let port = try #require(listener.channel.localAddress?.port)
    for word in ["one", "two"] {
      let bytes = try await UpstreamOrigin.sample(port: port).connect(on: Self.group.next())
      try await bytes.say(word)
      #expect(try await bytes.hear(3) == word)
      await bytes.finishWriting()
      #expect(try await bytes.read(by: .soon) == nil)
    }
    try await listener.channel.close()
  }

  @Test("speaks TLS where it has a certificate, which both sides wait for")
  func tls() async throws {
    let context = try TestCertificate.known().serverContext()
    let listener = try await Self.bind(0, tls: context) { bytes in
      guard await bytes.completesHandshake(by: .soon) else { return }
      await Self.echo(bytes)
    }
    let port = try #require(listener.channel.localAddress?.port)
    var client = TLSConfiguration.makeClientConfiguration()
    client.certificateVerification = .none
    let bytes = try await UpstreamOrigin.sample(port: port, tls: NIOSSLContext(configuration: client)).connect(on: Self.group.next())
    #expect(await bytes.completesHandshake(by: .soon))
    #expect(!bytes.canEndOneSide)
    try await bytes.say("hello")
    #expect(try await bytes.hear(5) == "hello")
    await bytes.abort()
    try await listener.channel.close()
  }

  @Test("does not wait for longer than it is told to for a handshake that does not come")
  func noHandshake() async throws {
    let (outcomes, continuation) = AsyncStream.makeStream(of: Bool.self)
    let context = try TestCertificate.known().serverContext()
    let listener = try await Self.bind(0, tls: context) { bytes in
      continuation.yield(await bytes.completesHandshake(by: .now()))
      bytes.abort()
    }
    let port = try #require(listener.channel.localAddress?.port)
    let bytes = try await UpstreamOrigin.sample(port: port).connect(on: Self.group.next())
    var outcome = outcomes.makeAsyncIterator()
    #expect(await outcome.next() == false)
    #expect(try await bytes.read(by: .soon) == nil)
    try await listener.channel.close()
  }
}
