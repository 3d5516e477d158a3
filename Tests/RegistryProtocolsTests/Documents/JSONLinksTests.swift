import Testing

@testable import RegistryProtocols

@Suite("A JSON document's links") struct JSONLinksTests {
  private static let links = LinkRewrite(
    upstreamOrigin: "http://127.0.0.1:8081", upstreamPath: "/repo", publicOrigin: "https://upload.example.com", publicPath: "/python")

  private static func rewrite(_ text: String) -> String? {
    JSONLinks.rewrite(Array(text.utf8), under: "url", links).map { String(decoding: $0, as: UTF8.self) }
  }

  @Test(
    "lead through the gateway, and everything else stays as it is",
    arguments: [
      ("{\"url\":\"/repo/a\"}", "{\"url\":\"/python/a\"}"),
      (
        "{\"files\": [{\"url\" : \"http://127.0.0.1:8081/repo/a#x\", \"size\": 1.50, \"hashes\": {}}, {\"url\":\"../b\"}]}\n",
        "{\"files\": [{\"url\" : \"/python/a#x\", \"size\": 1.50, \"hashes\": {}}, {\"url\":\"../b\"}]}\n"
      ),
      ("{\"url\":\"\\/repo\\/a\"}", "{\"url\":\"/python/a\"}"), ("{\"\\u0075rl\":\"/repo/a\"}", "{\"\\u0075rl\":\"/python/a\"}"),
      ("{\"URL\":\"/repo/a\",\"x\":\"url\",\"y\":\"/repo/a\"}", "{\"URL\":\"/repo/a\",\"x\":\"url\",\"y\":\"/repo/a\"}"),
      ("{\"url\":[\"/repo/a\"],\"a\":\"\\\"url\"}", "{\"url\":[\"/repo/a\"],\"a\":\"\\\"url\"}"),
      ("{\"url\":\"https://files.example/a\"}", "{\"url\":\"https://files.example/a\"}"), ("{}", "{}"),
    ])
  func rewrites(text: String, expected: String) { #expect(Self.rewrite(text) == expected) }

  @Test(
    "are whole URLs for readers that resolve none",
    arguments: [
      ("{\"url\":\"http://127.0.0.1:8081/repo/a\"}", "{\"url\":\"https://upload.example.com/python/a\"}"),
      ("{\"url\":\"\\/repo\\/a\"}", "{\"url\":\"https://upload.example.com/python/a\"}"), ("{\"url\":\"../a\"}", "{\"url\":\"../a\"}"),
    ])
  func absolute(text: String, expected: String) {
    let written = JSONLinks.rewrite(Array(text.utf8), under: "url", isAbsolute: true, Self.links)
    #expect(written.map { String(decoding: $0, as: UTF8.self) } == expected)
  }

  @Test(
    "are not told of what is not a whole object",
    arguments: ["", "[]", "<html>", "{", "{\"a", "{}}", "{\"url\":\"/repo\\", "{\"url\":\"\\x\"}", "{\"a\":1"])
  func malformed(text: String) {
    #expect(Self.rewrite(text) == nil)
  }
}
