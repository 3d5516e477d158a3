import Testing

@testable import TokenVerification

@Suite("A time in seconds") struct UnixTimeTextTests {
  @Test(
    "reads as RFC 3339",
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (951_827_696, "2000-02-29T12:34:56Z"), (1_795_352_400, "2026-11-22T13:00:00Z"),
      (253_402_300_799, "9999-12-31T23:59:59Z"), (253_402_300_800, "10000-01-01T00:00:00Z"),
    ] as [(Int64, String)])
  func description(seconds: Int64, expected: String) throws { #expect(try #require(UnixTime(seconds)).description == expected) }
}
