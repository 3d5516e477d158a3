import Testing

@testable import Gateway

@Suite("The processors of the machine") struct ProcessorsTests {
  @Test("are those that the process may run on") func usable() { #expect((1...4096).contains(Processors.usable)) }

  @Test(
    "are counted in the system's mask",
    arguments: [
      ("Name:\timprimatur\nCpus_allowed:\t3\nCpus_allowed_list:\t0-1\n", 2), ("Cpus_allowed:\tff,00000001\n", 9), ("Cpus_allowed:\t0\n", 0),
      ("Cpus_allowed_list:\t0-1\n", nil), ("", nil),
    ] as [(String, Int?)])
  func mask(status: String, count: Int?) { #expect(Processors.allowed(in: status) == count) }
}
