import NIOCore
import RegistryClient
import RegistryProtocols
import Synchronization
import Testing

@testable import Gateway

@Suite("A 403 that may be of the credential or of the file") struct CredentialProbeTests {
  private final class World: Sendable {
    let seconds = Atomic<Int64>(1000)
    let asked = Atomic(0)
    let status: Atomic<Int>
    let standing = CredentialStanding()

    var now: NIODeadline { .uptimeNanoseconds(0) + .seconds(seconds.load(ordering: .relaxed)) }

    init(answering status: Int) { self.status = Atomic(status) }

    func isRefused(by probe: CredentialProbe) async -> Bool {
      await probe.isRefused(nil, standing) { [self] () async throws(UpstreamFailure) in
        asked.add(1, ordering: .relaxed)
        let status = status.load(ordering: .relaxed)
        if status == 0 { throw .unreachable }
        return PyPIProtocol.publishProbe.isRefusal(status, unknown: nil)
      }
    }
  }

  @Test(
    "is of the credential only if a publish of nothing is refused, too",
    arguments: [(401, true), (403, true), (407, true), (400, false), (404, false), (405, false), (200, false), (500, false), (0, false)])
  func meaning(status: Int, expected: Bool) async {
    #expect(await World(answering: status).isRefused(by: CredentialProbe()) == expected)
  }

  @Test("is asked about once a minute, and not believed once the registry took the credential") func pace() async {
    let world = World(answering: 403)
    let probe = CredentialProbe(now: { world.now })
    for _ in 0..<3 {
      #expect(await world.isRefused(by: probe))
      world.standing.noteRefused()
    }
    #expect(world.asked.load(ordering: .relaxed) == 1)
    world.standing.noteAccepted()
    #expect(await !world.isRefused(by: probe))
    #expect(world.asked.load(ordering: .relaxed) == 1)
    world.seconds.add(60, ordering: .relaxed)
    world.status.store(400, ordering: .relaxed)
    #expect(await !world.isRefused(by: probe))
    #expect(world.asked.load(ordering: .relaxed) == 2)
  }

  @Test("is asked about once by all who want to know at a time") func together() async {
    let world = World(answering: 403)
    let probe = CredentialProbe()
    await withTaskGroup { tasks in
      for _ in 0..<20 { tasks.addTask { await world.isRefused(by: probe) } }
      for await isRefused in tasks { #expect(isRefused) }
    }
    #expect(world.asked.load(ordering: .relaxed) == 1)
  }

  @Test("changes the credential's standing, which says whether that is news") func standing() {
    let standing = CredentialStanding()
    #expect(standing.isAccepted && !standing.noteAccepted())
    #expect(standing.noteRefused() && !standing.noteRefused() && !standing.isAccepted)
    #expect(standing.noteAccepted() && standing.isAccepted)
  }
}
