import Testing

@testable import Gateway

@Suite("The lifetime of an answer") struct CacheLifetimeTests {
  @Test(
    "is its max-age, if that is a number",
    arguments: [
      ("max-age=300", 300), ("public, max-age=3600, must-revalidate", 3600), ("MAX-AGE=7", 7), (" max-age = 7 ", 7), ("max-age=0", 0),
      ("max-age=0007", 7), ("max-age=9999999999", 9_999_999_999), ("max-age=1, max-age=2", 1), ("max-age=x, max-age=2", 2),
      ("no-store", 0), ("max-age=300, no-store", 0), ("No-Cache", 0), ("", nil), (",,", nil), ("public", nil), ("max-age", nil),
      ("max-age=", nil), ("max-age=-1", nil), ("max-age=+1", nil), ("max-age=1.5", nil), ("max-age=\"300\"", nil), ("max-age=0x10", nil),
      ("max-age=99999999999", nil), ("s-maxage=300", nil), ("x-max-age=300", nil), ("max-age=1\u{660}", nil),
    ] as [(String, Int64?)])
  func maxAge(field: String, expected: Int64?) { #expect(CacheLifetime.maxAge(Array(field.utf8)) == expected) }
}
