import Synchronization
import TestSupport
import Testing

@testable import StrictParsers

@Suite("The work of reading an archive") struct ArchiveWorkTests {
  @Test("takes one step for each segment of a name, however many links there are", arguments: [10, 1_000, 10_000])
  func linear(count: Int) {
    var links = ArchiveLinks()
    var segments = 0
    for number in 0..<count {
      links.insert(ExactString("a/b/c/link\(number)"))
      segments += 4
    }
    let deep = ExactString("a/b/c/" + String(repeating: "x/", count: 100) + "y")
    for _ in 0..<count {
      let isCovered = links.cover(deep)
      #expect(!isCovered)
      segments += 4
    }
    #expect(links.steps == segments && links.count == count)
  }

  @Test("finds the same links as a search of every prefix", arguments: 0..<20 as Range<UInt64>)
  func agrees(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    func name() -> String {
      (0..<Int.random(in: 1...4, using: &random)).map { _ in ["a", "b", "ab", "é"].randomElement(using: &random) ?? "a" }.joined(
        separator: "/")
    }
    var links = ArchiveLinks()
    var names: Set<String> = []
    for _ in 0..<Int.random(in: 0...6, using: &random) {
      let link = name()
      names.insert(link)
      links.insert(ExactString(link))
    }
    for _ in 0..<200 {
      let asked = name()
      let segments = asked.split(separator: "/")
      let isExpected = (1...segments.count).contains { names.contains(segments.prefix($0).joined(separator: "/")) }
      let isCovered = links.cover(ExactString(asked))
      #expect(isCovered == isExpected, "seed \(seed): \(asked) below \(names)")
    }
  }

  @Test("is bounded by the depth and the length of names")
  func bounds() {
    func members(_ limits: ArchiveLimits, _ build: @escaping (inout TarBuilding) -> Void) throws(ArchiveRefusal) -> ArchiveMembers {
      try ArchiveMembers.ofTarGzip(gzipped(TarBuilding.closed(build)), limits: limits, budget: .unlimited) { _ in false }
    }
    let deep = String(repeating: "a/", count: 127)
    #expect(throws: Never.self) {
      try members(.init()) {
        $0.add(pax: [("path", deep + "a")]); $0.add(file: "x")
      }
    }
    #expect(throws: ArchiveRefusal.tooDeep) {
      try members(.init()) {
        $0.add(pax: [("path", deep + "a/a")]); $0.add(file: "x")
      }
    }
    #expect(throws: Never.self) {
      try members(.init(nameBytes: 4)) {
        $0.add(file: "ab"); $0.add(file: "cd")
      }
    }
    #expect(throws: ArchiveRefusal.namesTooLong) {
      try members(.init(nameBytes: 4)) {
        $0.add(file: "ab"); $0.add(file: "cde")
      }
    }
    #expect(throws: ArchiveRefusal.namesTooLong) {
      try members(.init(nameBytes: 4)) { $0.add(TarBuilding.header("ab", type: "2", linkName: "cde")) }
    }
    #expect(throws: ArchiveRefusal.tar(.extensionTooLong)) {
      try members(.init(tarExtensions: 40)) { tar in
        for _ in 0..<2 {
          tar.add(pax: [("path", "aaaaaaaaaaaaaaaaaaa")])
          tar.add(file: "x")
        }
      }
    }
  }

  @Test("stops when the budget is spent")
  func budget() {
    let big = TarBuilding.closed { $0.add(file: "a/big", String(repeating: "x", count: 1 << 20)) }
    let zip = ZipBuilding((0..<1_000).map { .init("a\($0)") }).bytes
    let spent = WorkBudget { true }
    #expect(throws: ArchiveRefusal.budgetSpent) { try ArchiveMembers.ofTarGzip(gzipped(big), budget: spent) { _ in false } }
    #expect(throws: ArchiveRefusal.budgetSpent) { try ArchiveMembers.ofZip(zip, budget: spent) { _ in false } }
    // It is asked in proportion to what is unpacked, and to the headers that are read.
    #expect(Self.questions { try ArchiveMembers.ofTarGzip(gzipped(big), budget: $0) { _ in false } } >= 8)
    #expect(Self.questions { try ArchiveMembers.ofZip(zip, budget: $0) { _ in false } } >= 3 * 1_000 / 64)
  }

  private static func questions(_ read: (WorkBudget) throws -> ArchiveMembers) -> Int {
    let count = Counter()
    _ = try? read(
      WorkBudget {
        count.value.withLock { $0 += 1 }
        return false
      })
    return count.value.withLock { $0 }
  }

  private final class Counter: Sendable { let value = Mutex(0) }
}
