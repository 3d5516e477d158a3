import TestSupport
import Testing

@testable import RegistryClient

@Suite("The text of an answer") struct AnswerTextTests {
  private static func text(_ body: [UInt8], _ type: String?) -> AnswerText { AnswerText(body, type: type.map { ArraySlice($0.utf8) }) }

  @Test(
    "is readable if its bytes are characters of what its head declares",
    arguments: [
      ([0x66, 0xC3, 0xB6], nil, true), ([0x66, 0xF6], nil, false), ([0xC3, 0xB6], "text/plain; charset=UTF-8", true),
      ([0xC3, 0xB6], "text/plain;charset=\"utf8\"", true), ([0xC3, 0xB6], "text/plain; charset=us-ascii", false),
      ([0x7E], "text/plain; charset=US-ASCII", true), ([0x80], "text/plain; charset=ascii", false),
      ([0xF6], "text/plain; charset=iso-8859-1", false), ([0x66], "text/plain; charset=latin1", true),
      ([0x66], "text/plain; charset=utf-16", false), ([], "text/plain; charset=utf-16", true), ([0x66], "text/plain; charset=", false),
      ([0x09, 0x0A, 0x0D, 0x20], nil, true), ([0x66, 0x00], nil, false), ([0x1F], nil, false), ([0x08], nil, false), ([0x0B], nil, false),
      ([0x7F], nil, false), ([0x66, 0x1B], "text/plain; charset=latin1", false),
    ] as [([UInt8], String?, Bool)])
  func readable(body: [UInt8], type: String?, isReadable: Bool) { #expect(Self.text(body, type).isReadable == isReadable) }

  @Test(
    "is a page if its type or its beginning says so",
    arguments: [
      ("x", "text/HTML; charset=utf-8", true), ("x", "application/xhtml+xml", true), ("", "text/html", false), ("x", "text/plain", false),
      ("<!DOCTYPE HTML><p>", nil, true), ("<html>", "text/plain", true), (" \t\r\n<Html lang=en>", nil, true),
      ("see <html>", nil, false), ("<htm", nil, false), ("<p>html", nil, false),
    ] as [(String, String?, Bool)])
  func page(body: String, type: String?, isPage: Bool) { #expect(Self.text(Array(body.utf8), type).isPage == isPage) }
}
