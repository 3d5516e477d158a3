import Configuration
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import Gateway

@Suite("Idle connections to registries", .timeLimit(.minutes(10))) struct UpstreamPoolTests {
  private static let origin = UpstreamOrigin.sample().key
  private let pool = UpstreamPool()

  private func giveBack(_ pair: Loopback.Connection, slot: Reservation? = nil, to origin: UpstreamOrigin.Key = origin) async {
    await giveBack(pair.connected, slot, to: origin)
  }

  private func giveBack(_ bytes: isolated ByteChannel, _ slot: Reservation?, to origin: UpstreamOrigin.Key) {
    pool.giveBack(UpstreamConnection(bytes, slot: slot, wasReused: false, limits: Limits()), to: origin)
  }

  private func take(_ pair: Loopback.Connection, _ origin: UpstreamOrigin.Key = origin) async -> ByteChannel? {
    await take(pair.connected, origin)?.bytes
  }

  /// On the event loop of this connection.
  private func take(_ bytes: isolated ByteChannel, _ origin: UpstreamOrigin.Key) -> (bytes: ByteChannel, slot: Reservation?)? {
    pool.take(origin, on: bytes.channel.eventLoop)
  }

  @Test("are there again for their registry and event loop, once, and nowhere else")
  func taken() async throws {
    try await Loopback.withConnection { pair in
      #expect(await take(pair) == nil)
      await giveBack(pair)
      #expect(await take(pair, UpstreamOrigin.sample(port: 1).key) == nil)
      let others = MultiThreadedEventLoopGroup.singleton.makeIterator().filter { $0 !== pair.connected.channel.eventLoop }
      for other in others { #expect(pool.take(Self.origin, on: other) == nil) }
      #expect(await take(pair) === pair.connected)
      #expect(await take(pair) == nil)
      #expect(pair.connected.channel.isActive)
      // What comes now is the answer to what was asked.
      try await pair.accepted.say("answer")
      #expect(try await pair.connected.hear(6) == "answer")
      await giveBack(pair)
      #expect(await take(pair) === pair.connected)
    }
  }

  @Test(
    "are ended by bytes that are an answer to nothing, after which none to that registry is kept", arguments: ["while it idles", "before"])
  func surprised(when: String) async throws {
    try await Loopback.with { loopback in
      let (first, second) = (try await loopback.connect(), try await loopback.connect())
      if when == "before" {
        try await first.accepted.say("surprise")
        await first.connected.inputArrives()
        await giveBack(first)
      } else {
        await giveBack(first)
        try await first.accepted.say("surprise")
      }
      try await first.connected.channel.closeFuture.get()
      #expect(await take(first) == nil)
      await giveBack(second)
      try await second.connected.channel.closeFuture.get()
      #expect(await take(second) == nil)
      // Another registry's are.
      let third = try await loopback.connect()
      let other = UpstreamOrigin.sample(port: 1).key
      await giveBack(third, to: other)
      #expect(await take(third, other) === third.connected)
      for pair in [first, second, third] { await pair.accepted.abort() }
      await third.connected.abort()
    }
  }

  @Test("end with the registry's stream, which is no reason for distrust", arguments: ["while it idles", "before"])
  func ended(when: String) async throws {
    try await Loopback.with { loopback in
      let (first, second) = (try await loopback.connect(), try await loopback.connect())
      if when == "before" {
        await first.accepted.finishWriting()
        await first.connected.inputArrives()
        await giveBack(first)
      } else {
        await giveBack(first)
        await first.accepted.finishWriting()
      }
      try await first.connected.channel.closeFuture.get()
      #expect(await take(first) == nil)
      await giveBack(second)
      #expect(await take(second) === second.connected)
      for pair in [first, second] { await pair.accepted.abort() }
      await second.connected.abort()
    }
  }

  @Test("give up their place where another request needs it, and only while they idle")
  func givesWay() async throws {
    let clock = NIODeadline.now()
    let budget = SharedBudget(.init(total: 1, publisher: 1, unverified: 1), slowness: 1e12, now: { clock })
    try await Loopback.withConnection { pair in
      let slot = budget.reservation(for: .unverified)
      try slot.grow(by: 1)
      await giveBack(pair, slot: slot)
      let taken = try #require(await take(pair.connected, Self.origin))
      #expect(taken.slot === slot)
      #expect(throws: SharedBudget.Shortage.share(.unverified)) { try budget.reservation(for: .unverified).grow(by: 1) }
      #expect(pair.connected.channel.isActive)
    }
  }

  @Test("are not taken where they were closed since")
  func closed() async throws {
    try await Loopback.withConnection { pair in
      await giveBack(pair)
      await pair.connected.abort()
      try await pair.connected.channel.closeFuture.get()
      #expect(await take(pair) == nil)
    }
  }

  @Test("are no more than 32 of one registry and event loop")
  func limit() async throws {
    try await Loopback.with { loopback in
      var pairs: [Loopback.Connection] = []
      let loop = MultiThreadedEventLoopGroup.singleton.next()
      for _ in 0..<33 { pairs.append(try await loopback.connect(on: loop)) }
      for pair in pairs { await giveBack(pair) }
      try await pairs[32].connected.channel.closeFuture.get()
      // The one that came last goes first.
      for pair in pairs[..<32].reversed() { #expect(await take(pair) === pair.connected) }
      #expect(await take(pairs[0]) == nil)
      for pair in pairs {
        await pair.connected.abort()
        await pair.accepted.abort()
      }
    }
  }
}
