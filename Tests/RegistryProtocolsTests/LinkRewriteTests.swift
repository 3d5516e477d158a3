import RegistryProtocols
import StrictParsers
import Testing

@Suite("A registry's URL") struct LinkRewriteTests {
  private let rewrite = LinkRewrite(
    upstreamOrigin: "http://127.0.0.1:8081", upstreamPath: "/repo", publicOrigin: "https://upload.example.com", publicPath: "/raw")

  @Test(
    "becomes the public one, or is dropped where it leads elsewhere",
    arguments: [
      ("http://127.0.0.1:8081/repo/a/1.0/f", "https://upload.example.com/raw/a/1.0/f"),
      ("/repo/a", "https://upload.example.com/raw/a"),
      ("/other/a", nil), ("/repository/a", nil), ("//evil.example/repo/a", nil), ("http://127.0.0.1:80810/repo/a", nil),
      ("http://internal.example/repo/a", nil), ("a", nil), ("", nil),
    ] as [(String, String?)])
  func rewrites(location: String, expected: String?) { #expect(rewrite.rewrite(ArraySlice(location.utf8)) == expected) }

  @Test(
    "becomes the target of a request to the registry, and of no other",
    arguments: [
      ("http://127.0.0.1:8081/repo/a/1?b=c", "/a/1?b=c"), ("/repo/a", "/a"), ("/repo/", "/"), ("/repo/a?b=/../c", "/a?b=/../c"),
      ("/repo", nil), ("/other/a", nil), ("//evil.example/repo/a", nil), ("https://127.0.0.1:8081/repo/a", nil), ("a", nil), ("", nil),
      ("/repo/a b", nil), ("/repo/a\r\nb", nil), ("/repo/a#b", nil), ("/repo/\u{e9}", nil), ("/repo/../a", nil), ("/repo/a/%2E%2e/b", nil),
      ("/repo/./a", nil), ("/repo/..", nil),
    ] as [(String, ExactString?)])
  func target(location: String, expected: ExactString?) { #expect(rewrite.target(of: location.utf8) == expected) }
}
