import NIOCore
import NIOPosix
import Testing

@testable import Gateway

@Suite("A connection as bytes that are awaited", .timeLimit(.minutes(10))) struct ByteChannelTests {
  private static func budget(_ total: Int64 = 1 << 20) -> SharedBudget {
    SharedBudget(.init(total: total, publisher: total, unverified: total), slowness: 1)
  }

  @Test("gives bytes in their order, and then the end, again and again")
  func reads() async throws {
    try await Loopback.withConnection { pair in
      try await pair.connected.say("hello ")
      try await pair.connected.say("world")
      await pair.connected.finishWriting()
      #expect(try await pair.accepted.hear(100) == "hello world")
      #expect(try await pair.accepted.read(by: .soon) == nil)
      #expect(await pair.accepted.hasEnded)
      // It may still be written to.
      try await pair.accepted.say("answer")
      #expect(try await pair.connected.hear(6) == "answer")
    }
  }

  @Test("does not wait for longer than until a deadline, and loses nothing that comes later")
  func deadline() async throws {
    try await Loopback.withConnection { pair in
      await #expect(throws: ChannelFailure.timedOut) { try await pair.accepted.read(by: .now()) }
      await #expect(throws: ChannelFailure.timedOut) { try await pair.accepted.read(by: .now() - .seconds(1)) }
      try await pair.connected.say("late")
      #expect(try await pair.accepted.hear(4) == "late")
    }
  }

  @Test("takes bytes back, which come before those that came since")
  func unread() async throws {
    try await Loopback.withConnection { pair in
      try await pair.connected.say("first second")
      let bytes = try #require(try await pair.accepted.read(by: .soon))
      try await pair.connected.say(" third")
      await pair.accepted.inputArrives()
      await pair.accepted.unread(ByteBuffer())
      await pair.accepted.unread(bytes)
      #expect(try await pair.accepted.hear(18) == "first second third")
      #expect(await !pair.accepted.hasInput)
    }
  }

  @Test("counts what nobody has read in a budget, and nothing else")
  func counts() async throws {
    let budget = Self.budget()
    try await Loopback.withConnection { pair in
      await pair.accepted.count(in: budget.reservation(for: .unverified))
      try await pair.connected.say("hello")
      await pair.accepted.inputArrives()
      #expect(budget.used == 5)
      let bytes = try #require(try await pair.accepted.read(by: .soon))
      #expect(budget.used == 0)
      await pair.accepted.unread(bytes)
      #expect(budget.used == 5)
      try await pair.connected.say(" world")
      #expect(try await pair.accepted.hear(11) == "hello world")
      #expect(budget.used == 0)
    }
  }

  @Test("counts what had come before there was a budget")
  func countsLate() async throws {
    let budget = Self.budget()
    try await Loopback.withConnection { pair in
      try await pair.connected.say("hello")
      await pair.accepted.inputArrives()
      await pair.accepted.count(in: budget.reservation(for: .unverified))
      #expect(budget.used == 5)
    }
  }

  @Test("is ended by bytes for which the budget has no room", arguments: [true, false])
  func noRoom(isCountedFirst: Bool) async throws {
    let budget = Self.budget(4)
    try await Loopback.withConnection { pair in
      if isCountedFirst { await pair.accepted.count(in: budget.reservation(for: .unverified)) }
      try await pair.connected.say("hello")
      if !isCountedFirst {
        await pair.accepted.inputArrives()
        await pair.accepted.count(in: budget.reservation(for: .unverified))
      }
      try await pair.accepted.channel.closeFuture.get()
      #expect(budget.used == 0)
    }
  }

  @Test("gives way to another request until the next one begins, whether it waits or not")
  func displaced() async throws {
    try await Loopback.withConnection { pair in
      async let waiting: Result<ByteBuffer?, ChannelFailure> = {
        do throws(ChannelFailure) { return .success(try await pair.accepted.read(by: .soon)) } catch { return .failure(error) }
      }()
      await pair.accepted.displace()
      #expect(await waiting == .failure(.displaced))
      try await pair.connected.say("more")
      await #expect(throws: ChannelFailure.displaced) { try await pair.accepted.read(by: .soon) }
      await pair.accepted.beginRequest()
      #expect(try await pair.accepted.hear(4) == "more")
    }
  }

  @Test("says of a write whether the other side has something to say meanwhile")
  func write() async throws {
    try await Loopback.withConnection { pair in
      var pace = TransferPace.patient
      #expect(try await pair.accepted.write(.byteBuffer(ByteBuffer(string: "a")), at: &pace) == .taken)
      #expect(try await pair.accepted.flush(at: &pace) == .taken)
      try await pair.connected.say("stop")
      await pair.accepted.inputArrives()
      #expect(try await pair.accepted.write(.byteBuffer(ByteBuffer(string: "b")), at: &pace) == .inputArrived)
      #expect(try await pair.accepted.hear(4) == "stop")
      #expect(try await pair.accepted.write(.byteBuffer(ByteBuffer(string: "c")), at: &pace) == .taken)
      #expect(try await pair.connected.hear(3) == "abc")
    }
  }

  @Test("waits for a reader that takes bytes, and no longer than a window for one that takes none")
  func pace() async throws {
    try await Loopback.withConnection { pair in
      // More than the sockets hold.
      let much = ByteBuffer(repeating: 0x61, count: 64 << 20)
      var pace = TransferPace(bytesPerSecond: 1 << 30, window: .milliseconds(200))
      await #expect(throws: ChannelFailure.timedOut) { try await pair.accepted.writeAll(much, until: .flushed, at: &pace) }
      async let heard = pair.connected.hear(64 << 20).utf8.count
      var patient = TransferPace.patient
      try await pair.accepted.writeAll(ByteBuffer(string: "b"), until: .flushed, at: &patient)
      #expect(try await heard == 64 << 20)
      #expect(try await pair.connected.hear(1) == "b")
    }
  }

  @Test("is interrupted while it waits for a reader, by what that one says")
  func interrupted() async throws {
    try await Loopback.withConnection { pair in
      let much = ByteBuffer(repeating: 0x61, count: 64 << 20)
      async let outcome = {
        var pace = TransferPace.patient
        return try await pair.accepted.write(.byteBuffer(much), at: &pace)
      }()
      // It has begun once some of it arrives.
      #expect(try await pair.connected.hear(1) == "a")
      try await pair.connected.say("too much")
      #expect(try await outcome == .inputArrived)
      var pace = TransferPace.patient
      #expect(try await pair.accepted.flush(at: &pace) == .inputArrived)
    }
  }

  @Test("sends what was written before it closes")
  func close() async throws {
    try await Loopback.withConnection { pair in
      var pace = TransferPace.patient
      try await pair.accepted.writeAll(ByteBuffer(string: "last words"), until: .writable, at: &pace)
      await pair.accepted.close()
      await pair.accepted.close()
      #expect(try await pair.connected.hear(100) == "last words")
      try await pair.accepted.channel.closeFuture.get()
      await #expect(throws: ChannelFailure.closed) { _ = try await pair.accepted.write(.byteBuffer(ByteBuffer()), at: &pace) }
    }
  }

  @Test("tells how the other side's stream ends, and at once where it has ended", arguments: [true, false])
  func ends(isWatchedBefore: Bool) async throws {
    try await Loopback.withConnection { pair in
      let (ends, continuation) = AsyncStream.makeStream(of: ByteChannel.StreamEnd.self)
      let watch: @Sendable (ByteChannel.StreamEnd) -> Void = { continuation.yield($0) }
      if isWatchedBefore { await pair.accepted.onEnd(watch) }
      await pair.connected.finishWriting()
      let end = try await pair.accepted.read(by: .soon)
      #expect(end == nil)
      if !isWatchedBefore { await pair.accepted.onEnd(watch) }
      var told = ends.makeAsyncIterator()
      #expect(await told.next() == .finished)
      await pair.accepted.abort()
      #expect(await told.next() == .closed)
      await pair.accepted.onEnd(watch)
      #expect(await told.next() == .closed)
    }
  }

  private final class Observer: ByteChannelObserver {
    private let events: AsyncStream<String>.Continuation
    init(_ events: AsyncStream<String>.Continuation) { self.events = events }
    func inputArrived() { events.yield("input") }
    func outputTaken() {}
    func deadlinePassed() { events.yield("late") }
    func displaced() {}
    func connectionClosed() { events.yield("closed") }
  }

  @Test("tells an observer of input that nobody waits for, of its deadline, and of the end")
  func observing() async throws {
    try await Loopback.withConnection { pair in
      let (events, continuation) = AsyncStream.makeStream(of: String.self)
      await pair.accepted.run { bytes in
        bytes.observe(by: NIOLoopBound(Observer(continuation), eventLoop: bytes.channel.eventLoop))
        bytes.setDeadline(.now())
      }
      var told = events.makeAsyncIterator()
      #expect(await told.next() == "late")
      try await pair.connected.say("one")
      #expect(await told.next() == "input")
      #expect(await pair.accepted.hasInput)
      #expect(await !pair.accepted.hasEnded)
      #expect(try await pair.accepted.hear(3) == "one")
      await pair.connected.abort()
      #expect(await told.next() == "input")
      #expect(await pair.accepted.hasEnded)
      await pair.accepted.abort()
      while let event = await told.next(), event != "closed" {}
    }
  }

  @Test("has no handshake to wait for where it is not TLS")
  func handshake() async throws {
    try await Loopback.withConnection { pair in
      #expect(await pair.accepted.completesHandshake(by: .now()))
      #expect(pair.accepted.canEndOneSide)
      await pair.accepted.yieldToEvents()
    }
  }
}
