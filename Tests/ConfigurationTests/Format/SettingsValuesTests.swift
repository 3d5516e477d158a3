import PublisherPolicy
import StrictParsers
import TestSupport
import Testing
import TokenVerification

@testable import Configuration

@Suite("A value of a configuration") struct SettingsValuesTests {
  private static func limits(_ key: String, _ value: String) -> Limits? {
    SettingsSample(top: "server: {limits: {\(key): \(value)}}").load().settings?.server.limits
  }

  @Test(
    "that is a duration is a whole number and its unit",
    arguments: [
      ("1ms", 1), ("250ms", 250), ("1s", 1000), ("90s", 90_000), ("2m", 120_000), ("3h", 10_800_000), ("365d", 31_536_000_000),
      ("366d", nil),
      ("0s", nil), ("10", nil), ("s", nil), ("", nil), ("1.5h", nil), ("-1s", nil), ("+1s", nil), ("01s", nil), ("1 s", nil), ("1S", nil),
      ("1min", nil),
      ("1h30m", nil), ("1w", nil), ("1us", nil), ("9223372036854775807d", nil), ("99999999999999999999s", nil), ("\u{661}s", nil),
      ("1s\u{301}", nil),
      ("[1s]", nil), ("{s: 1}", nil), ("0x1s", nil), ("1_0s", nil), ("1sms", nil),
    ] as [(String, Int64?)])
  func durations(written: String, expected: Int64?) { #expect(Self.limits("drain", written)?.drain.milliseconds == expected) }

  @Test(
    "that is a size is a whole number and its unit",
    arguments: [
      ("1B", 1), ("3KiB", 3 << 10), ("5MiB", 5 << 20), ("7GiB", 7 << 30), ("1048576GiB", 1 << 50), ("1048577GiB", nil), ("0B", nil),
      ("1", nil), ("1KB", nil),
      ("1kB", nil), ("1K", nil), ("1kib", nil), ("1 KiB", nil), ("-1B", nil), ("1.5GiB", nil), ("B", nil), ("KiB", nil), ("1TiB", nil),
      ("9223372036854775807GiB", nil), ("9223372036854775808B", nil), ("01B", nil), ("1\u{212A}iB", nil), ("1BB", nil),
    ] as [(String, Int64?)])
  func sizes(written: String, expected: Int64?) { #expect(Self.limits("upload", written)?.upload == expected) }

  @Test(
    "that is a rate is a size a second",
    arguments: [
      ("1KiB/s", 1 << 10), ("1B/s", 1), ("2MiB/s", 2 << 20), ("1KiB", nil), ("1KiB/m", nil), ("1KiB/ s", nil), ("0B/s", nil), ("/s", nil),
      ("1KiB/s/s", nil),
      ("1/s", nil),
    ] as [(String, Int64?)])
  func rates(written: String, expected: Int64?) { #expect(Self.limits("body_rate", written)?.bodyRate == expected) }

  @Test(
    "that is a number is one of digits",
    arguments: [
      ("8", 8), ("1000", 1000), ("7", nil), ("1001", nil), ("0100", nil), ("0x10", nil), ("1e2", nil), ("100.0", nil), ("+100", nil),
      ("1_00", nil), ("", nil),
      ("\"100\"", 100), ("99999999999999999999", nil), ("-100", nil),
    ] as [(String, Int?)])
  func numbers(written: String, expected: Int?) { #expect(Self.limits("header_count", written)?.headerCount == expected) }

  @Test(
    "that is a date is a day of the calendar, from midnight UTC on",
    arguments: [
      ("1970-01-01", 0), ("2027-01-01", 1_798_761_600), ("2024-02-29", 1_709_164_800), ("2023-02-29", nil), ("2000-02-29", 951_782_400),
      ("1900-02-28", nil), ("2100-02-29", nil), ("2026-12-31", 1_798_675_200), ("9999-12-31", 253_402_214_400), ("2027-00-01", nil),
      ("2027-13-01", nil),
      ("2027-01-00", nil), ("2027-01-32", nil), ("2027-04-31", nil), ("2027-1-1", nil), ("27-01-01", nil), ("2027-01-01T00:00:00Z", nil),
      ("2027/01/01", nil),
      ("20270101", nil), ("+2027-01-01", nil), ("-027-01-01", nil), ("2027-01-01-01", nil), ("never", nil), ("2027-01-\u{660}1", nil),
      ("0000-01-01", nil),
    ] as [(String, Int64?)])
  func dates(written: String, expected: Int64?) {
    let publisher = SettingsSample(publisher: ", expires: \(written)").load().settings?.publishers.first
    #expect(publisher?.expires?.seconds == expected)
  }

  @Test(
    "that is a flag is true or false",
    arguments: [
      ("true", true), ("false", false), ("\"true\"", true), ("yes", nil), ("on", nil), ("True", nil), ("1", nil), ("", nil),
      ("[true]", nil),
    ] as [(String, Bool?)])
  func flags(written: String, expected: Bool?) {
    let upstream = "{url: \"http://127.0.0.1\", credential: {none: true}, keep_alive: \(written)}"
    #expect(SettingsSample(upstream: upstream).load().settings?.registries.first?.upstream.keepAlive == expected)
  }

  @Test(
    "that is an address is a host and a port",
    arguments: [
      ("127.0.0.1:80", "127.0.0.1:80"), ("\"[::1]:80\"", "[::1]:80"), ("localhost:0", "localhost:0"), ("h:65535", "h:65535"),
      ("h:65536", nil),
      ("h:080", nil), ("h:", nil), ("h", nil), ("\":80\"", "127.0.0.1:80"), (":0", "127.0.0.1:0"), (":", nil), ("::0", nil),
      ("\"[]:80\"", nil), ("\" :80\"", nil), ("\"::1:80\"", nil), ("h:80:80", nil), ("h:+1", nil), ("http://h:80", nil),
      ("\"*:80\"", nil),
      ("h:99999999999999999999", nil), ("\"[::1]\"", nil),
    ] as [(String, String?)])
  func addresses(written: String, expected: String?) {
    for key in ["server", "admin"] {
      let settings = SettingsSample(top: "\(key):\n  listen: \(written)").load().settings
      #expect((key == "server" ? settings?.server.listen : settings?.admin)?.description == expected)
    }
  }

  @Test(
    "that is a range of addresses has no bits behind its length",
    arguments: [
      ("10.0.0.0/8", "10.1.2.3", true), ("10.0.0.0/8", "11.0.0.0", false), ("10.0.0.1", "10.0.0.1", true), ("10.0.0.1", "10.0.0.2", false),
      ("0.0.0.0/0", "1.2.3.4", true), ("0.0.0.0/0", "::1", false), ("::/0", "fe80::1", true), ("fd00::/9", "fd7f::1", true),
      ("fd00::/9", "fd80::1", false),
      ("192.168.1.128/25", "192.168.1.127", false), ("192.168.1.128/25", "192.168.1.255", true), ("10.0.0.1/8", "", nil),
      ("10.0.0.0/33", "", nil),
      ("10.0.0.0/", "", nil), ("10.0.0.0/-1", "", nil), ("10.0.0.0/8/8", "", nil), ("10.0.0", "", nil), ("010.0.0.0", "", nil),
      ("example.com", "", nil),
      ("/8", "", nil), ("10.0.0.0/99999999999999999999", "", nil), ("::1%lo", "", nil), ("fd00::1/8", "", nil),
    ] as [(String, String, Bool?)])
  func ranges(written: String, address: String, expected: Bool?) {
    let settings = SettingsSample(top: "server: {trusted_proxies: [\"\(written)\"]}").load().settings
    #expect(settings?.server.trustedProxies.first?.contains(address) == expected)
  }

  @Test(
    "holds no control character",
    arguments: ["\"a\\0b\"", "\"a\\nb\"", "\"a\\r\\nb\"", "\"a\\tb\"", "\"\\x7f\"", "\"\\e[31m\"", "|\n          a\n"])
  func controls(written: String) {
    let text = SettingsSample.complete.replacing("environment: [release, on]", with: "environment: \(written)")
    let problems = SettingsSample.load(text, files: SettingsSample.completeFiles, environment: SettingsSample.completeEnvironment).problems
    #expect(problems.map(\.complaint) == ["error: publishers.0.when.environment: holds a control character"])
  }
}
