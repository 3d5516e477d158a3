import NIOCore
import Testing

@testable import Gateway

@Suite("The watch over a client while a registry is waited for", .timeLimit(.minutes(10))) struct ClientWatchTests {
  @Test("ends the exchange at once where the client is gone and nobody waits for the answer")
  func gone() async throws {
    try await Loopback.with { loopback in
      let (client, registry) = (try await loopback.connect(), try await loopback.connect())
      let watch = await ClientWatch(of: client.accepted, ending: registry.connected, waitsForAnswer: false)
      #expect(!watch.hasEndedExchange)
      await client.accepted.abort()
      try await registry.connected.channel.closeFuture.get()
      #expect(watch.hasEndedExchange)
      await client.connected.abort()
      await registry.accepted.abort()
    }
  }

  @Test("ends at once where the client had gone before it began")
  func goneBefore() async throws {
    try await Loopback.with { loopback in
      let (client, registry) = (try await loopback.connect(), try await loopback.connect())
      await client.accepted.abort()
      try await client.accepted.channel.closeFuture.get()
      let watch = await ClientWatch(of: client.accepted, ending: registry.connected, waitsForAnswer: false)
      try await registry.connected.channel.closeFuture.get()
      #expect(watch.hasEndedExchange)
      await client.connected.abort()
      await registry.accepted.abort()
    }
  }

  @Test("ends nothing once nobody holds it")
  func released() async throws {
    try await Loopback.with { loopback in
      let (client, registry) = (try await loopback.connect(), try await loopback.connect())
      do { _ = await ClientWatch(of: client.accepted, ending: registry.connected, waitsForAnswer: false) }
      await client.accepted.abort()
      try await client.accepted.channel.closeFuture.get()
      try await registry.connected.say("still there")
      #expect(try await registry.accepted.hear(11) == "still there")
      for bytes in [client.connected, registry.accepted, registry.connected] { await bytes.abort() }
    }
  }
}
