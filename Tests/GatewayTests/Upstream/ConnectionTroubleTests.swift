import NIOCore
import NIOPosix
import NIOSSL
import Testing

@testable import Gateway

@Suite("Why there is no connection to a registry", .timeLimit(.minutes(10))) struct ConnectionTroubleTests {
  private static let origin = UpstreamOrigin.sample(host: "registry.example")

  @Test(
    "is told in an operator's words",
    arguments: [
      (ECONNREFUSED, "registry.example:8081 refuses the connection"), (ENOENT, "there is no socket registry.example:8081"),
      (EACCES, "this user may not connect to registry.example:8081"), (EPERM, "this user may not connect to registry.example:8081"),
      (EHOSTUNREACH, "no way leads to registry.example:8081"), (ENETUNREACH, "no way leads to registry.example:8081"),
      (ETIMEDOUT, "registry.example:8081 does not answer"), (EMFILE, "the connection to registry.example:8081 fails (errno \(EMFILE))"),
    ])
  func numbers(number: CInt, words: String) {
    #expect(ConnectionTrouble.words(for: IOError(errnoCode: number, reason: "connect"), with: Self.origin) == words)
  }

  @Test("names the socket that is meant") func socket() {
    let origin = UpstreamOrigin.sample(socket: "/run/registry")
    #expect(ConnectionTrouble.words(for: IOError(errnoCode: ENOENT, reason: "connect"), with: origin) == "there is no socket /run/registry")
  }

  @Test("is told of what is no number, too") func others() {
    func words(_ error: any Error) -> String { ConnectionTrouble.words(for: error, with: Self.origin) }
    #expect(words(ChannelError.connectTimeout(.milliseconds(700))) == "nothing answers within 700 ms")
    #expect(words(NIOSSLExtraError.failedToValidateHostname) == "TLS fails: the certificate is not one of registry.example")
    #expect(words(NIOSSLError.handshakeFailed(.zeroReturn)) == "TLS fails: the other side ends the handshake")
    #expect(words(ChannelError.eof) == "the connection breaks off")
  }

  @Test("is told of the first address of a name") func name() async throws {
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: "127.0.0.1", port: 0).get()
    let origin = UpstreamOrigin.sample(host: "localhost", port: try #require(server.localAddress?.port))
    try await server.close()
    let error = await #expect(throws: (any Error).self) { _ = try await origin.open(on: MultiThreadedEventLoopGroup.singleton.any()) }
    let words = ConnectionTrouble.words(for: try #require(error), with: origin)
    #expect(words == "\(origin.authority) refuses the connection")
  }
}
