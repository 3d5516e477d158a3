import NIOCore
import Testing

@testable import Gateway

@Suite("The connections that are open", .timeLimit(.minutes(10))) struct OpenConnectionsTests {
  /// Accepted connections, with the other ends, which keep them open.
  private static func with(_ count: Int, _ body: ([ByteChannel]) async throws -> Void) async throws {
    try await Loopback.with { loopback in
      var pairs: [Loopback.Connection] = []
      for _ in 0..<count { pairs.append(try await loopback.connect()) }
      try await body(pairs.map(\.accepted))
      for pair in pairs { await pair.accepted.abort() }
      for pair in pairs { await pair.connected.abort() }
    }
  }

  @Test("are no more than the limit, and one that idles gives way to a new one")
  func limit() async throws {
    try await Self.with(5) { bytes in
      let open = OpenConnections()
      #expect(open.admit(bytes[0], limit: 2))
      #expect(open.admit(bytes[1], limit: 2))
      open.mark(bytes[0], idle: false)
      // The one that idles is ended, the one with a request is not.
      #expect(open.admit(bytes[2], limit: 2))
      try await bytes[1].channel.closeFuture.get()
      open.endService(of: bytes[1])
      #expect(open.count == 2)
      open.mark(bytes[2], idle: false)
      #expect(!open.admit(bytes[3], limit: 2))
      #expect(open.count == 2)
      open.mark(bytes[0], idle: true)
      #expect(open.admit(bytes[4], limit: 2))
      try await bytes[0].channel.closeFuture.get()
      #expect(bytes[2].channel.isActive && bytes[3].channel.isActive)
    }
  }

  @Test("count until their socket is closed and their last request is recorded", arguments: [true, false])
  func ends(isClosedFirst: Bool) async throws {
    try await Self.with(1) { bytes in
      let open = OpenConnections()
      #expect(open.admit(bytes[0], limit: 1))
      if isClosedFirst {
        await bytes[0].abort()
        try await bytes[0].channel.closeFuture.get()
        #expect(open.count == 1)
        open.endService(of: bytes[0])
      } else {
        open.endService(of: bytes[0])
        #expect(open.count == 1)
        await bytes[0].abort()
        try await bytes[0].channel.closeFuture.get()
      }
      await open.drain()
      #expect(open.count == 0)
    }
  }

  @Test("are ended by a shutdown where they idle, and waited for where a request runs")
  func drain() async throws {
    try await Self.with(3) { bytes in
      let open = OpenConnections()
      #expect(open.admit(bytes[0], limit: 9) && open.admit(bytes[1], limit: 9))
      open.mark(bytes[1], idle: false)
      #expect(!open.isDraining)
      async let drained: Void = open.drain()
      try await bytes[0].channel.closeFuture.get()
      open.endService(of: bytes[0])
      #expect(open.isDraining && open.count == 1)
      #expect(bytes[1].channel.isActive)
      #expect(!open.admit(bytes[2], limit: 9))
      await bytes[1].abort()
      open.endService(of: bytes[1])
      await drained
      #expect(open.count == 0)
    }
  }

  @Test("are nothing to wait for where there are none")
  func empty() async {
    let open = OpenConnections()
    await open.drain()
    #expect(open.isDraining)
  }

  @Test("are all ended once the time to finish is over, those to registries too, and later ones at once")
  func abortAll() async throws {
    try await Self.with(3) { bytes in
      let open = OpenConnections()
      #expect(open.admit(bytes[0], limit: 9))
      open.mark(bytes[0], idle: false)
      await open.noteUpstream(bytes[1])
      #expect(open.upstreamCount == 1)
      #expect(bytes[1].channel.isActive)
      await open.abortAll()
      try await bytes[0].channel.closeFuture.get()
      try await bytes[1].channel.closeFuture.get()
      await open.noteUpstream(bytes[2])
      try await bytes[2].channel.closeFuture.get()
    }
  }

  @Test("to registries count until they are closed")
  func upstream() async throws {
    try await Self.with(2) { bytes in
      let open = OpenConnections()
      await open.noteUpstream(bytes[0])
      await open.noteUpstream(bytes[1])
      #expect(open.upstreamCount == 2)
      await bytes[0].abort()
      try await bytes[0].channel.closeFuture.get()
      #expect(open.upstreamCount == 1)
    }
  }
}
