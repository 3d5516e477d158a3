import RegistryProtocols
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
}
