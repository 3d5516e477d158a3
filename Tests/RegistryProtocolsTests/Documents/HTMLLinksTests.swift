import Testing

@testable import RegistryProtocols

@Suite("An HTML page's links") struct HTMLLinksTests {
  private static let links = LinkRewrite(
    upstreamOrigin: "http://127.0.0.1:8081", upstreamPath: "", publicOrigin: "https://upload.example.com", publicPath: "/python")

  private static func rewrite(_ page: String, _ links: LinkRewrite = links) -> String? {
    HTMLLinks.rewrite(Array(page.utf8), links).map { String(decoding: $0, as: UTF8.self) }
  }

  @Test(
    "to the registry lead through the gateway",
    arguments: [
      ("<a href=\"/packages/a-1.whl#sha256=ab\">", "<a href=\"/python/packages/a-1.whl#sha256=ab\">"),
      ("<a href=\"http://127.0.0.1:8081/packages/a\">", "<a href=\"/python/packages/a\">"),
      ("<A CLASS=x HREF = '/a'>", "<A CLASS=x HREF = '/python/a'>"), ("<a href=/a>", "<a href=/python/a>"),
      ("<a href=/a class=b>x</a>", "<a href=/python/a class=b>x</a>"), ("<base href='HTTP://127.0.0.1:8081/'>", "<base href='/python/'>"),
      ("<a href=//127.0.0.1:8081/a>", "<a href=/python/a>"), ("<a href=\" \n/a\">", "<a href=\" \n/python/a\">"),
      ("<a href=\"&#47;a&amp;b\">", "<a href=\"/python&#47;a&amp;b\">"),
      ("<a href=\"http&colon;//127.0.0.1:8081/a?b&amp;c\">", "<a href=\"/python/a?b&amp;c\">"),
      ("<a\nhref=/a\n>", "<a\nhref=/python/a\n>"), ("<a/href=/a>", "<a/href=/python/a>"), ("<br/><a href=/a/>", "<br/><a href=/python/a/>"),
      ("<!-- x --><a href=/a>", "<!-- x --><a href=/python/a>"), ("<!--><a href=/a>", "<!--><a href=/python/a>"),
      ("<!DOCTYPE html><a href=/a>", "<!DOCTYPE html><a href=/python/a>"),
      ("<script>'<a href=/a>'</script><a href=/b>", "<script>'<a href=/a>'</script><a href=/python/b>"),
      ("a < b <a href=/a>", "a < b <a href=/python/a>"),
      ("<a href=/a data-yanked=\"/x\" href=/b>", "<a href=/python/a data-yanked=\"/x\" href=/python/b>"),
    ])
  func own(page: String, expected: String) { #expect(Self.rewrite(page) == expected) }

  @Test(
    "and everything else stay as they are",
    arguments: [
      "<a href=\"../../packages/a\">", "<a href=a>", "<a href=\"\">", "<a href>", "<a href=\"#x\">", "<a href=https://files.example/a>",
      "<a href=//evil.example/a>", "<a href=http://127.0.0.1:80810/a>", "<a href=http://127.0.0.1:8081.evil.example/a>",
      "<a href=\"http://127.0.0.1:8081\">", "<a data-href=\"/a\" data-core-metadata=\"sha256=/a\" title='href=\"/a\"'>", "text /a href=/a",
      "<!-- <a href=/a> -->", "<style>a{background:url(/a)}</style>", "</a href=/a>", "<a href=\"unended", "<a href=", "<", "<!--", "",
      "\u{FEFF}<a>\u{E9}</a>", "<a href=\"&#x;/a\">",
    ])
  func others(page: String) { #expect(Self.rewrite(page) == page) }

  @Test("keep what can't be told apart in a page that is not ASCII's kin from passing") func encoding() {
    #expect(HTMLLinks.rewrite(Array("<a href=/a>".utf16).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }, Self.links) == nil)
  }

  @Test(
    "have the public path in the form of an attribute",
    arguments: [("/a&b's", "<a href='/a&amp;b&#39;s/x'>"), ("", "<a href='/x'>")])
  func escaped(path: String, expected: String) {
    let links = LinkRewrite(upstreamOrigin: "https://r.example", upstreamPath: "/repo", publicOrigin: "https://u.example", publicPath: path)
    #expect(Self.rewrite("<a href='https://r.example:443/repo/x'>", links) == expected)
    #expect(Self.rewrite("<a href='/repository/x'>", links) == "<a href='/repository/x'>")
  }

  @Test("never come to name a host") func host() {
    let links = LinkRewrite(upstreamOrigin: "https://r.example", upstreamPath: "", publicOrigin: "https://u.example", publicPath: "")
    #expect(Self.rewrite("<a href='https://r.example//evil.example/x'>", links) == "<a href='https://r.example//evil.example/x'>")
  }
}
