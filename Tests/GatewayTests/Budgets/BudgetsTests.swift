import Configuration
import PublisherPolicy
import Testing

@testable import Gateway

@Suite("The budgets of a gateway") struct BudgetsTests {
  private static func limits(_ change: (inout Limits) -> Void = { _ in }) -> Limits {
    var limits = Limits()
    limits.connections = 100
    limits.memoryTotal = 1000
    (limits.spoolTotal, limits.spoolIdentity, limits.spoolUnverified) = (800, 300, 100)
    change(&limits)
    return limits
  }

  private static let acme = SharedBudget.Share.publisher(PublisherID("acme"))

  /// How much one share gets of it, one unit after the other.
  private static func most(_ budget: SharedBudget, of share: SharedBudget.Share) -> Int {
    let reservation = budget.reservation(for: share)
    var held = 0
    while held < 2000, (try? reservation.grow(by: 1)) != nil { held += 1 }
    return held
  }

  @Test(
    "give one publisher, and all that is not verified, a part of each",
    arguments: [
      (\.places, 75, 75), (\.memory, 500, 250), (\.spool, 300, 100),
    ] as [(any KeyPath<Budgets, SharedBudget> & Sendable, Int, Int)])
  func shares(path: any KeyPath<Budgets, SharedBudget> & Sendable, publisher: Int, unverified: Int) {
    let budgets = Budgets(Self.limits(), DescriptorLimits(total: 10_000))
    #expect(Self.most(budgets[keyPath: path], of: Self.acme) == publisher)
    #expect(Self.most(budgets[keyPath: path], of: .unverified) == unverified)
  }

  @Test("do not divide the places of a small gateway", arguments: [(1, 1), (7, 7), (16, 16), (20, 16), (24, 18), (100, 75)])
  func smallGateway(connections: Int, share: Int) {
    let budgets = Budgets(Self.limits { $0.connections = connections }, DescriptorLimits(total: 10_000))
    #expect(Self.most(budgets.places, of: .unverified) == share)
  }

  @Test("follow a new configuration")
  func adopt() {
    let budgets = Budgets(Self.limits(), DescriptorLimits(total: 10_000))
    budgets.adopt(
      Self.limits {
        $0.connections = 40
        $0.memoryTotal = 400
        ($0.spoolTotal, $0.spoolIdentity, $0.spoolUnverified) = (80, 60, 50)
      })
    #expect(Self.most(budgets.places, of: Self.acme) == 30)
    #expect([Self.most(budgets.memory, of: Self.acme), Self.most(budgets.memory, of: .unverified)] == [200, 100])
    #expect([Self.most(budgets.spool, of: Self.acme), Self.most(budgets.spool, of: .unverified)] == [60, 50])
    #expect([budgets.places.limit, budgets.memory.limit, budgets.spool.limit] == [40, 400, 80])
  }

  @Test("have connections for each registry by itself, of which half goes to one share")
  func registries() throws {
    let budgets = Budgets(Self.limits(), DescriptorLimits(total: 364))
    let python = budgets.connections(to: RegistryName("python"))
    #expect(python.limit == 100)
    let reservation = python.reservation(for: Self.acme)
    try reservation.grow(by: 50)
    #expect(throws: SharedBudget.Shortage.share(Self.acme)) { try reservation.grow(by: 1) }
    #expect(budgets.connections(to: RegistryName("python")).used == 50)
    #expect(budgets.connections(to: RegistryName("files")).used == 0)
    #expect(Self.most(python, of: .unverified) == 50)
  }

  @Test(
    "share out the process's file descriptors",
    arguments: [
      (0, 1, 1), (64, 1, 1), (67, 1, 1), (70, 2, 2), (1024, 320, 320), (10_000, 3312, 1024), (1_000_000, 5000, 1024),
    ])
  func descriptors(total: Int, clients: Int, upstream: Int) {
    #expect(DescriptorLimits(total: total).clientConnections(upTo: 5000) == clients)
    #expect(DescriptorLimits(total: total).upstreamConnections == upstream)
  }
}

@Suite("What a request holds of the budgets") struct RequestResourcesTests {
  private static let acme = SharedBudget.Share.publisher(PublisherID("acme"))

  private static func budgets(connections: Int = 20, memory: Int64 = 400) -> Budgets {
    var limits = Limits()
    limits.connections = connections
    limits.memoryTotal = memory
    return Budgets(limits, DescriptorLimits(total: 10_000))
  }

  @Test("is a place and its head, until it is gone")
  func head() throws {
    let budgets = Self.budgets()
    do {
      let resources = try RequestResources(budgets, headBytes: 70)
      withExtendedLifetime(resources) { #expect([budgets.places.used, budgets.memory.used] == [1, 70]) }
    }
    #expect([budgets.places.used, budgets.memory.used] == [0, 0])
  }

  @Test("is nothing where the place or the head has no room")
  func noRoom() throws {
    let small = Self.budgets(connections: 1)
    let first = try RequestResources(small, headBytes: 1)
    #expect(throws: SharedBudget.Shortage.share(.unverified)) { try RequestResources(small, headBytes: 1) }
    withExtendedLifetime(first) { #expect([small.places.used, small.memory.used] == [1, 1]) }
    let budgets = Self.budgets()
    #expect(throws: SharedBudget.Shortage.share(.unverified)) { try RequestResources(budgets, headBytes: 101) }
    #expect([budgets.places.used, budgets.memory.used] == [0, 0])
  }

  @Test("counts on the publisher's account once that is known")
  func moves() throws {
    let budgets = Self.budgets()
    let resources = try RequestResources(budgets, headBytes: 100)
    #expect(throws: SharedBudget.Shortage.share(.unverified)) { try resources.memory.grow(by: 1) }
    try resources.move(to: Self.acme)
    try resources.memory.grow(by: 100)
    #expect(throws: SharedBudget.Shortage.share(Self.acme)) { try resources.memory.grow(by: 1) }
    let others = (0..<16).compactMap { _ in try? RequestResources(budgets, headBytes: 1) }
    #expect(others.count == 16)
  }
}
