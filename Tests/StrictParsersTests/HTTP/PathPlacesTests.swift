import StrictParsers
import Testing

@Suite("A host's path that is not plain") struct PathPlacesTests {
  private static let places = PathPlaces([
    .init(below: ["python"], []), .init(below: ["npm"], .encodedScopeSlash), .init(below: ["npm", "files"], []),
    .init(below: ["gems"], .leadingDoubleSlash), .init(below: [], [.encodedScopeSlash, .leadingDoubleSlash]),
  ])

  @Test(
    "is taken where the place that it leads to takes it",
    arguments: [
      ("/npm/@a%2fb", true), ("/npm/files/@a%2fb", false), ("/python/@a%2fb", false), ("/gems/@a%2fb", false), ("/other/@a%2fb", true),
      ("/gems//api", true), ("//gems/api", false), ("/gems/api//v1", false), ("/npm//a", false), ("//npm/a", false), ("//a", true),
      ("/a//b", false), ("/gems//..", false), ("//@a%2fb", true), ("/gems//@a%2fb", false), ("/npm/a%2fb", false),
    ])
  func place(text: String, isTaken: Bool) { #expect((Self.places.path(Array(text.utf8)[...]) != nil) == isTaken) }

  @Test("is taken nowhere if no place takes any", arguments: ["/@a%2fb", "//a"])
  func nowhere(text: String) {
    #expect(PathPlaces([]).path(Array(text.utf8)[...]) == nil)
    #expect(PathPlaces([.init(below: [], [])]).path(Array(text.utf8)[...]) == nil)
  }
}
