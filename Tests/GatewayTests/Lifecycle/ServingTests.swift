import Configuration
import Foundation
import NIOPosix
import Observability
import ServiceLifecycle
import ServiceLifecycleTestKit
import StrictParsers
import TestSupport
import Testing

@testable import Gateway

@Suite("A gateway that serves", .timeLimit(.minutes(10))) struct ServingTests {
  /// Serves while `use` runs, and until it has stopped.
  private static func serve(
    _ registry: ScriptedRegistry, limits: String = "",
    _ use: @escaping @Sendable (_ port: Int, _ stop: @escaping @Sendable () -> Void) async throws -> Void
  ) async throws -> SampleGateway {
    let sample = try await SampleServing.gateway(before: registry) { settings in
      settings.top = "server: {listen: \"127.0.0.1:0\", limits: {\(limits)}}\nadmin: {listen: \"127.0.0.1:0\"}"
    }
    let group = MultiThreadedEventLoopGroup.singleton
    let loops = try await GatewayLoops(group, sample.services)
    let (addresses, started) = AsyncStream.makeStream(of: ListenAddress.self)
    let serving = Serving(gateway: sample.services, group: group, loops: loops) { started.yield($0) }
    try await testGracefulShutdown { trigger in
      let stop: @Sendable () -> Void = { trigger.triggerGracefulShutdown() }
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await serving.run() }
        tasks.addTask {
          defer { stop() }
          for await address in addresses {
            #expect(sample.services.isListening)
            return try await use(address.port, stop)
          }
        }
        try await tasks.waitForAll()
      }
    }
    #expect(!sample.services.isListening)
    registry.stop()
    await sample.services.audit.flush()
    return sample
  }

  @Test("lets an upload finish that runs when it is told to stop, and ends its connection") func drains() async throws {
    let registry = ScriptedRegistry()
    let request = try SampleServing.put(PublishSample.bytes)
    let sample = try await Self.serve(registry) { port, stop in
      let client = try await RawClient.connect(to: port)
      try await client.sendWhole(Array(request.dropLast(5)))
      await registry.received(PublishSample.bytes.count - 5)
      stop()
      client.send(Array(request.suffix(5)))
      let response = await client.read { _ in false }
      #expect(response.hasPrefix("HTTP/1.1 201 "))
    }
    #expect(registry.requests.map(\.body) == [PublishSample.bytes])
    #expect(try sample.records().map { $0["outcome"]?.string } == ["published"])
  }

  @Test("aborts what has not ended within `drain`") func aborts() async throws {
    let registry = ScriptedRegistry()
    let request = try SampleServing.put(PublishSample.bytes)
    let sample = try await Self.serve(registry, limits: "drain: 1ms") { port, stop in
      let client = try await RawClient.connect(to: port)
      try await client.sendWhole(Array(request.dropLast(5)))
      await registry.received(PublishSample.bytes.count - 5)
      stop()
      #expect(await client.read { _ in false }.isEmpty)
    }
    await sample.services.connections.drain()
    #expect(registry.requests.isEmpty)
  }

  @Test("tells a client that all places are taken, and goes on with those that have one") func full() async throws {
    let registry = ScriptedRegistry()
    _ = try await Self.serve(registry, limits: "connections: 1") { port, _ in
      let first = try await RawClient.connect(to: port)
      let request = try SampleServing.put(PublishSample.bytes)
      try await first.sendWhole(Array(request.dropLast(5)))
      await registry.received(PublishSample.bytes.count - 5)
      let refusal = try await RawClient.connect(to: port).read { _ in false }
      #expect(refusal.hasPrefix("HTTP/1.1 503 ") && refusal.contains("gateway.overloaded"))
      first.send(Array(request.suffix(5)))
      #expect(await first.responses(1) == ["201 created"])
    }
  }
}
