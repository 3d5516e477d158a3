import TestSupport
import Testing

@testable import Configuration

@Suite("What differs between two lists") struct ListChangesTests {
  private struct Item: Equatable {
    let name: String
    let value: Int

    /// A letter and a digit.
    init(_ written: Substring) {
      name = String(written.prefix(1))
      value = Int(written.dropFirst()) ?? 0
    }
  }

  private static func changes(_ old: String, _ new: String) -> ListChanges {
    ListChanges(old.split(separator: " ").map { Item($0) }, new.split(separator: " ").map { Item($0) }, \.name)
  }

  @Test(
    "is what came, went and became different",
    arguments: [
      ("", "", "", "", ""), ("a1 b1", "a1 b1", "", "", ""), ("", "b1 a1", "b a", "", ""), ("b1 a1", "", "", "b a", ""),
      ("a1 b1 c1", "a1 b2 c1", "", "", "b"), ("a1 c1", "a1 b1 c1", "b", "", ""), ("a1 b1 c1", "a1 c1", "", "b", ""),
      ("a1 b1 c1", "c1 b1 a1", "", "", ""), ("a1 b1 c1", "c2 b1 a1", "", "", "c"), ("a1", "a1 b1", "b", "", ""),
      ("a1 b1", "b1", "", "a", ""), ("a1 b1 c1 d1", "a2 c1 b1 e1 d1", "e", "", "a"), ("a1 b1", "b1 a2", "", "", "a"),
    ])
  func table(old: String, new: String, added: String, removed: String, changed: String) {
    let changes = Self.changes(old, new)
    #expect(changes.added == added.split(separator: " ").map { String($0) })
    #expect(changes.removed == removed.split(separator: " ").map { String($0) })
    #expect(changes.changed == changed.split(separator: " ").map { String($0) })
    #expect(changes.count == changes.added.count + changes.removed.count + changes.changed.count)
  }

  @Test("is what comparing each with each tells")
  func pairs() {
    let seed = UInt64.random(in: .min ... .max)
    var random = SeededRandom(seed: seed)
    func list() -> [String] {
      "abcdef".filter { _ in Int.random(in: 0..<4, using: &random) > 0 }.map { "\($0)\(Int.random(in: 0..<2, using: &random))" }
    }
    for _ in 0..<2_000 {
      let old = list()
      let new = Bool.random(using: &random) ? list() : list().shuffled(using: &random)
      let changes = Self.changes(old.joined(separator: " "), new.joined(separator: " "))
      let comment: Comment = "seed \(seed): \(old), \(new)"
      func stands(_ item: String, in list: [String]) -> Bool { list.contains { $0.first == item.first } }
      #expect(changes.added == new.filter { !stands($0, in: old) }.map { String($0.prefix(1)) }, comment)
      #expect(changes.removed == old.filter { !stands($0, in: new) }.map { String($0.prefix(1)) }, comment)
      #expect(changes.changed == new.filter { stands($0, in: old) && !old.contains($0) }.map { String($0.prefix(1)) }, comment)
    }
  }
}
