import NIOCore
import NIOPosix
import StateStore
import Synchronization
import Testing

@testable import Gateway

@Suite("The event loops of a gateway") struct GatewayLoopsTests {
  @Test("have heard of all that they asked the store when they are drained") func drain() async throws {
    let sample = try SampleGateway()
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    let loops = try await GatewayLoops(group, sample.services)
    let reserved = Mutex(0)
    for eventLoop in group.makeIterator() {
      try await eventLoop.submit {
        let services = try #require(loops[eventLoop])
        services.store.reserve(.open(UploadIntent(target: PublishSample.target, use: nil, note: []))) { result in
          if case .success = result { reserved.withLock { $0 += 1 } }
        }
      }.get()
    }
    await loops.drain()
    #expect(reserved.withLock { $0 } == 2)
    let other = loops[MultiThreadedEventLoopGroup.singleton.any()]
    #expect(other == nil)
    try await group.shutdownGracefully()
  }
}
