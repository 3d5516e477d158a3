import Configuration
import NIOCore
import NIOPosix
import PublisherPolicy
import RegistryClient
import TestSupport
import Testing

@testable import Gateway

@Suite("Connections to a registry within their bound", .timeLimit(.minutes(10))) struct UpstreamConnectorTests {
  private static let python = RegistryName("python")
  private static let acme = SharedBudget.Share.publisher(PublisherID("acme"))

  private static func connector(_ gateway: GatewayServices, _ share: SharedBudget.Share) -> UpstreamConnector {
    UpstreamConnector(gateway: gateway, registry: python, share: share, limits: Limits())
  }

  @Test("count from before they stand until their socket is closed")
  func counts() async throws {
    // Two connections, half of them for one share.
    let gateway = try GatewayServices.sample(descriptors: DescriptorLimits(total: 70))
    let budget = gateway.budgets.connections(to: Self.python)
    try await Loopback.with { loopback in
      let (origin, loop) = (UpstreamOrigin.sample(port: loopback.port), MultiThreadedEventLoopGroup.singleton.next())
      var first: UpstreamConnection? = try await Self.connector(gateway, Self.acme).connect(to: origin, on: loop)
      let bytes = try #require(first?.bytes)
      #expect(first?.wasReused == false)
      #expect(budget.used == 1 && gateway.connections.upstreamCount == 1)
      await #expect(throws: UpstreamFailure.busy) { _ = try await Self.connector(gateway, Self.acme).connect(to: origin, on: loop) }
      let second = try await Self.connector(gateway, .unverified).connect(to: origin, on: loop)
      #expect(budget.used == 2)
      first = nil
      try await bytes.channel.closeFuture.get()
      withExtendedLifetime(second) { #expect(gateway.connections.upstreamCount == 1) }
    }
  }

  @Test("give their place back where none can be made")
  func unreachable() async throws {
    let gateway = try GatewayServices.sample()
    let origin = UpstreamOrigin.sample(socket: "/nonexistent/registry")
    await #expect(throws: UpstreamFailure.unreachable) {
      _ = try await Self.connector(gateway, .unverified).connect(to: origin, on: MultiThreadedEventLoopGroup.singleton.next())
    }
    #expect(gateway.budgets.connections(to: Self.python).used == 0)
    #expect(gateway.connections.upstreamCount == 0)
  }

  @Test("are used again, on the account of who needs them then")
  func reuse() async throws {
    let gateway = try GatewayServices.sample(descriptors: DescriptorLimits(total: 70))
    let budget = gateway.budgets.connections(to: Self.python)
    try await Loopback.with { loopback in
      let (origin, loop) = (UpstreamOrigin.sample(port: loopback.port), MultiThreadedEventLoopGroup.singleton.next())
      let made = try await Self.connector(gateway, Self.acme).connect(to: origin, on: loop)
      try await Self.reuse(made.bytes, of: gateway, budget, origin.key, made.slot)
      made.giveBack()
    }
  }

  private static func reuse(
    _ bytes: isolated ByteChannel, of gateway: GatewayServices, _ budget: SharedBudget, _ origin: UpstreamOrigin.Key, _ slot: Reservation?
  ) throws {
    let loop = bytes.channel.eventLoop
    #expect(connector(gateway, acme).reuse(origin, on: loop) == nil)
    gateway.pool.giveBack(UpstreamConnection(bytes, slot: slot, wasReused: false, limits: Limits()), to: origin)
    let reused = try #require(connector(gateway, .unverified).reuse(origin, on: loop))
    #expect(reused.bytes === bytes && reused.wasReused)
    // The publisher's place is free again.
    #expect(budget.used == 1)
    #expect(throws: SharedBudget.Shortage.share(.unverified)) { try budget.reservation(for: .unverified).grow(by: 1) }
    #expect(throws: Never.self) { try budget.reservation(for: acme).grow(by: 1) }
  }
}
