import PublisherPolicy
import Testing

@Suite("A misspelt word") struct SpellingTests {
  private static let known = ["environment", "repository", "repository_id", "tag"]

  @Test(
    "is taken for the nearest one that is known, if any is near",
    arguments: [
      ("enviroment", "environment"), ("environments", "environment"), ("repositry", "repository"), ("repository_Id", "repository_id"),
      ("tags", "tag"), ("gat", "tag"), ("environment", "environment"), ("x", nil), ("something_else", nil), ("", nil),
      ("\u{1F600}\u{1F600}", nil),
    ] as [(String, String?)])
  func nearest(word: String, expected: String?) { #expect(Spelling.nearest(to: word, among: Self.known) == expected) }

  @Test("is no word where none is known") func none() { #expect(Spelling.nearest(to: "x", among: []) == nil) }
}
